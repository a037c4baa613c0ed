// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Test, Vm} from "forge-std/Test.sol";
import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {TestTokenProxy} from "../../src/testing/TestTokenProxy.sol";

/// @dev The cast, terms that are valid as they stand in each of the three ways to deliver, and shorthand for the verbs.
abstract contract EscrowTest is Test {
    /// @dev When the tests begin. They never read block.timestamp, which the optimizer takes for constant in a call.
    uint40 internal constant NOW = 1_800_000_000;
    uint40 internal constant DELIVER_BY = NOW + 7 days;
    uint32 internal constant REVIEW = 3 days;
    uint32 internal constant RULING = 14 days;
    uint96 internal constant AMOUNT = 100_000_000;
    uint96 internal constant FEE = 2_500_000;
    bytes32 internal constant DELIVERABLE = keccak256("deliverable");
    bytes32 internal constant KEY = keccak256("key");

    Escrow internal escrow;
    TestToken internal token;

    Vm.Wallet internal operator = vm.createWallet("operator");
    Vm.Wallet internal delegate = vm.createWallet("delegate");
    Vm.Wallet internal buyer = vm.createWallet("buyer");
    Vm.Wallet internal seller = vm.createWallet("seller");
    Vm.Wallet internal arbiter = vm.createWallet("arbiter");
    Vm.Wallet internal evaluator = vm.createWallet("evaluator");
    Vm.Wallet internal stranger = vm.createWallet("stranger");
    address internal feeRecipient = makeAddr("feeRecipient");

    function setUp() public virtual {
        vm.warp(NOW);
        escrow = new Escrow();
        token = TestToken(
            address(
                new TestTokenProxy(address(new TestToken()), abi.encodeCall(TestToken.initialize, ("USD Coin", "USDC")))
            )
        );
        token.mint(buyer.addr, 10 * AMOUNT);
        deal(buyer.addr, 1000 ether);
        vm.prank(buyer.addr);
        token.approve(address(escrow), type(uint256).max);
    }

    /* TERMS */

    /// @dev Review with an arbiter: 100 USDC, 2.5 of them the fee, a silent arbiter leaves 60 % to the seller.
    function _terms() internal view returns (IEscrow.Terms memory) {
        return IEscrow.Terms({
            chainId: uint64(block.chainid),
            operator: operator.addr,
            nonce: 7,
            fundBy: NOW + 1 days,
            requestId: keccak256("snapshot"),
            buyer: buyer.addr,
            seller: seller.addr,
            arbiter: arbiter.addr,
            evaluator: address(0),
            token: address(token),
            amount: AMOUNT,
            feeRecipient: feeRecipient,
            feeAmount: FEE,
            arbiterFeeBps: 300,
            fallbackBps: 6000,
            deliverBy: DELIVER_BY,
            reviewWindow: REVIEW,
            rulingWindow: RULING,
            keyHash: 0,
            delivery: 0
        });
    }

    /// @dev Review in which an evaluator's verdict decides.
    function _evaluated() internal view returns (IEscrow.Terms memory terms) {
        terms = _terms();
        terms.evaluator = evaluator.addr;
    }

    /// @dev The key for the money.
    function _exchange() internal view returns (IEscrow.Terms memory terms) {
        terms = _terms();
        terms.arbiter = address(0);
        terms.arbiterFeeBps = 0;
        terms.fallbackBps = 0;
        terms.reviewWindow = 0;
        terms.rulingWindow = 0;
        terms.keyHash = keccak256(abi.encode(seller.addr, KEY));
        terms.delivery = DELIVERABLE;
    }

    /// @dev The same, after the evaluator's pass.
    function _verifiedExchange() internal view returns (IEscrow.Terms memory terms) {
        terms = _exchange();
        terms.evaluator = evaluator.addr;
    }

    function _native(IEscrow.Terms memory terms) internal pure returns (IEscrow.Terms memory) {
        terms.token = address(0);
        return terms;
    }

    /* SIGNING */

    function _sign(Vm.Wallet memory signer, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer.privateKey, digest);
        return abi.encodePacked(r, s, v);
    }

    function _authorship(IEscrow.Terms memory terms) internal view returns (bytes memory) {
        return _sign(operator, escrow.idOf(terms));
    }

    /* REACHING A STATE, each from the one before */

    function _fund(IEscrow.Terms memory terms) internal returns (bytes32 id) {
        id = escrow.idOf(terms);
        bytes memory signature = _authorship(terms);
        vm.prank(terms.buyer);
        escrow.fund{value: terms.token == address(0) ? terms.amount : 0}(terms, signature);
    }

    function _submit(IEscrow.Terms memory terms) internal {
        vm.prank(terms.seller);
        escrow.submit(terms, DELIVERABLE);
    }

    function _dispute(IEscrow.Terms memory terms) internal {
        vm.prank(terms.buyer);
        escrow.dispute(terms, keccak256("reason"));
    }

    function _attest(IEscrow.Terms memory terms, bool pass) internal {
        vm.prank(terms.evaluator);
        escrow.attest(terms, DELIVERABLE, pass, keccak256("evidence"), "");
    }

    /// @dev `status` under these terms; only review has Submitted and Disputed.
    function _reach(IEscrow.Terms memory terms, IEscrow.Status status) internal returns (bytes32 id) {
        id = _fund(terms);
        if (status == IEscrow.Status.Funded) return id;
        _submit(terms);
        if (status == IEscrow.Status.Submitted) return id;
        _dispute(terms);
        if (status == IEscrow.Status.Disputed) return id;
        vm.prank(terms.buyer);
        escrow.release(terms, type(uint96).max);
    }

    /* EXPECTING */

    function _balance(address asset, address account) internal view returns (uint256) {
        return asset == address(0) ? account.balance : TestToken(asset).balanceOf(account);
    }

    function _assertState(bytes32 id, uint96 remaining, uint96 released, uint40 timer, IEscrow.Status status)
        internal
        view
    {
        IEscrow.State memory state = escrow.stateOf(id);
        assertEq(state.remaining, remaining, "remaining");
        assertEq(state.released, released, "released");
        assertEq(state.timer, timer, "timer");
        assertEq(uint8(state.status), uint8(status), "status");
    }

    function _expectWrongSender(address sender, address expected) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.WrongSender.selector, sender, expected));
    }

    function _expectWrongStatus(IEscrow.Status status) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.WrongStatus.selector, status));
    }

    function _expectExpired(uint256 deadline, uint256 timestamp) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.Expired.selector, deadline, timestamp));
    }

    function _expectInvalid(IEscrow.Field field) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.InvalidTerms.selector, field));
    }
}
