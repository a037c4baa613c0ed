// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Test, Vm} from "forge-std/Test.sol";
import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
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
    bytes32 internal constant EVIDENCE = keccak256("evidence");
    /// @dev The order of the secp256k1 group.
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

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

    /// @dev What `signer` has not signed for itself: signatures of `digest` by everybody else, also by a delegate of the
    /// operator and of `signer` itself, and what is malformed.
    function _forgeries(Vm.Wallet memory signer, bytes32 digest) internal returns (bytes[] memory forged) {
        vm.prank(operator.addr);
        escrow.setSigner(delegate.addr, type(uint48).max);
        vm.prank(signer.addr);
        escrow.setSigner(delegate.addr, type(uint48).max);
        Vm.Wallet[7] memory all = [operator, delegate, buyer, seller, arbiter, evaluator, stranger];
        forged = new bytes[](13);
        uint256 count;
        for (uint256 i; i < all.length; ++i) {
            if (all[i].addr != signer.addr) forged[count++] = _sign(all[i], digest);
        }
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer.privateKey, digest);
        forged[count++] = abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        // EIP-2098.
        forged[count++] = abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
        forged[count++] = abi.encodePacked(r, s, v, uint8(0));
        forged[count++] = abi.encodePacked(r, s, v - 27);
        forged[count++] = new bytes(65);
        forged[count++] = "";
        forged[count++] = abi.encodePacked(s, r, v);
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
        escrow.attest(terms, DELIVERABLE, pass, EVIDENCE, "");
    }

    /// @dev The parties give a part each: 40 are released, 1 of them the fee, 40 are refunded, and 20 are left.
    function _giveParts(IEscrow.Terms memory terms) internal {
        vm.prank(terms.buyer);
        escrow.release(terms, 40_000_000);
        vm.prank(terms.seller);
        escrow.refund(terms, 40_000_000);
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

    function _expectWrongSigner(address recovered) internal {
        vm.expectRevert(abi.encodeWithSelector(IOperators.WrongSigner.selector, recovered));
    }

    /// @dev With whatever it recovers to.
    function _expectWrongSigner() internal {
        vm.expectPartialRevert(IOperators.WrongSigner.selector);
    }

    function _expectInvalid(IEscrow.Field field) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.InvalidTerms.selector, field));
    }

    /* EVERY OPEN STATE */

    /// @dev A way of delivery and a status that it can be in.
    struct Case {
        IEscrow.Terms terms;
        IEscrow.Status status;
        bool passed;
    }

    /// @dev Each status under each kind of terms, in the token; the nonces differ, so all of them can be open at once.
    function _openCases() internal view returns (Case[] memory cases) {
        cases = new Case[](9);
        cases[0] = Case(_terms(), IEscrow.Status.Funded, false);
        cases[1] = Case(_terms(), IEscrow.Status.Submitted, false);
        cases[2] = Case(_terms(), IEscrow.Status.Disputed, false);
        cases[3] = Case(_evaluated(), IEscrow.Status.Funded, false);
        cases[4] = Case(_evaluated(), IEscrow.Status.Submitted, false);
        cases[5] = Case(_evaluated(), IEscrow.Status.Disputed, false);
        cases[6] = Case(_exchange(), IEscrow.Status.Funded, false);
        cases[7] = Case(_verifiedExchange(), IEscrow.Status.Funded, false);
        cases[8] = Case(_verifiedExchange(), IEscrow.Status.Funded, true);
        for (uint256 i; i < cases.length; ++i) {
            cases[i].terms.nonce = 100 + i;
        }
    }

    /// @dev The same in native coin.
    function _openNativeCases() internal view returns (Case[] memory cases) {
        cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            cases[i].terms.token = address(0);
        }
    }

    function _reach(Case memory open) internal returns (bytes32 id) {
        id = _reach(open.terms, open.status);
        if (open.passed) _attest(open.terms, true);
    }

    /// @dev The timer of a status that was reached at NOW.
    function _timerOf(IEscrow.Status status) internal pure returns (uint40) {
        if (status == IEscrow.Status.Funded) return DELIVER_BY;
        return status == IEscrow.Status.Submitted ? NOW + REVIEW : NOW + RULING;
    }

    /// @dev Everybody that terms can name, and somebody that they do not.
    function _everybody() internal view returns (address[] memory all) {
        all = new address[](8);
        all[0] = buyer.addr;
        all[1] = seller.addr;
        all[2] = arbiter.addr;
        all[3] = evaluator.addr;
        all[4] = operator.addr;
        all[5] = delegate.addr;
        all[6] = feeRecipient;
        all[7] = stranger.addr;
    }

    /* WHAT A CALL DID: every unit and every event */

    /// @dev What a call paid out.
    struct Out {
        uint256 seller;
        uint256 fee;
        uint256 buyer;
        uint256 arbiter;
    }

    struct Balances {
        uint256 seller;
        uint256 feeRecipient;
        uint256 buyer;
        uint256 arbiter;
        uint256 escrow;
    }

    function _balances(IEscrow.Terms memory terms) internal view returns (Balances memory) {
        return Balances(
            _balance(terms.token, terms.seller),
            _balance(terms.token, terms.feeRecipient),
            _balance(terms.token, terms.buyer),
            _balance(terms.token, terms.arbiter),
            _balance(terms.token, address(escrow))
        );
    }

    /// @dev Begins to watch; what comes next is compared by `_assertOut` and `_assertLogs`.
    function _watch(IEscrow.Terms memory terms) internal returns (Balances memory) {
        vm.recordLogs();
        return _balances(terms);
    }

    /// @dev Exactly `out` has left the escrow since `before`, each part to its owner.
    function _assertOut(IEscrow.Terms memory terms, Balances memory before, Out memory out) internal view {
        Balances memory now_ = _balances(terms);
        assertEq(now_.seller, before.seller + out.seller, "seller");
        assertEq(now_.feeRecipient, before.feeRecipient + out.fee, "fee recipient");
        assertEq(now_.buyer, before.buyer + out.buyer, "buyer");
        assertEq(now_.arbiter, before.arbiter + out.arbiter, "arbiter");
        assertEq(now_.escrow + out.seller + out.fee + out.buyer + out.arbiter, before.escrow, "escrow");
    }

    /// @dev The escrow has logged these since `_watch`, in this order and nothing else.
    function _assertLogs(Vm.Log[] memory expected) internal {
        Vm.Log[] memory all = vm.getRecordedLogs();
        uint256 found;
        for (uint256 i; i < all.length; ++i) {
            if (all[i].emitter != address(escrow)) continue;
            assertLt(found, expected.length, "more events than expected");
            assertEq(abi.encode(all[i].topics), abi.encode(expected[found].topics), "topics");
            assertEq(all[i].data, expected[found].data, "data");
            ++found;
        }
        assertEq(found, expected.length, "fewer events than expected");
    }

    function _assertNoLogs() internal {
        _assertLogs(new Vm.Log[](0));
    }

    function _assertLogs(Vm.Log memory first) internal {
        Vm.Log[] memory expected = new Vm.Log[](1);
        expected[0] = first;
        _assertLogs(expected);
    }

    function _assertLogs(Vm.Log memory first, Vm.Log memory second) internal {
        Vm.Log[] memory expected = new Vm.Log[](2);
        (expected[0], expected[1]) = (first, second);
        _assertLogs(expected);
    }

    function _assertLogs(Vm.Log memory first, Vm.Log memory second, Vm.Log memory third) internal {
        Vm.Log[] memory expected = new Vm.Log[](3);
        (expected[0], expected[1], expected[2]) = (first, second, third);
        _assertLogs(expected);
    }

    /// @param account The third indexed field; zero for an event that has two.
    function _log(IEscrow.Terms memory terms, bytes32 selector, address account, bytes memory data)
        internal
        view
        returns (Vm.Log memory log)
    {
        log.topics = new bytes32[](account == address(0) ? 3 : 4);
        log.topics[0] = selector;
        log.topics[1] = bytes32(uint256(uint160(terms.operator)));
        log.topics[2] = escrow.idOf(terms);
        if (account != address(0)) log.topics[3] = bytes32(uint256(uint160(account)));
        log.data = data;
    }

    function _paid(IEscrow.Terms memory terms, uint256 net, uint256 fee, uint256 remaining, IEscrow.Cause cause)
        internal
        view
        returns (Vm.Log memory)
    {
        return _log(terms, IEscrow.Paid.selector, terms.seller, abi.encode(net, fee, remaining, cause));
    }

    function _returned(IEscrow.Terms memory terms, uint256 amount, uint256 remaining, IEscrow.Cause cause)
        internal
        view
        returns (Vm.Log memory)
    {
        return _log(terms, IEscrow.Returned.selector, terms.buyer, abi.encode(amount, remaining, cause));
    }

    function _resolved(IEscrow.Terms memory terms, uint256 toSeller, uint256 arbiterFee, bytes32 rulingHash)
        internal
        view
        returns (Vm.Log memory)
    {
        return _log(terms, IEscrow.Resolved.selector, address(0), abi.encode(toSeller, arbiterFee, rulingHash));
    }

    function _attested(IEscrow.Terms memory terms, bool pass) internal view returns (Vm.Log memory) {
        bytes memory data = abi.encode(DELIVERABLE, pass, EVIDENCE);
        return _log(terms, IEscrow.Attested.selector, address(0), data);
    }

    function _credited(IEscrow.Terms memory terms, address to, uint256 amount) internal view returns (Vm.Log memory) {
        return _log(terms, IEscrow.Credited.selector, to, abi.encode(terms.token, amount));
    }

    /* TIME */

    /// @dev That `sender` can make `call` exactly until `timer`, and anyone can make `timeout` exactly after it. For the
    /// seconds around `timer` and for `time`.
    function _assertCutByTime(
        IEscrow.Terms memory terms,
        uint256 timer,
        uint256 time,
        address sender,
        bytes memory call_
    ) internal {
        uint256[4] memory times = [timer - 1, timer, timer + 1, time];
        for (uint256 i; i < times.length; ++i) {
            bool acts = _succeedsAt(times[i], sender, call_);
            bool ends = _succeedsAt(times[i], stranger.addr, abi.encodeCall(IEscrow.timeout, (terms)));
            assertEq(acts, times[i] <= timer, "act");
            assertEq(ends, times[i] > timer, "timeout");
        }
    }

    /// @dev Leaves everything as it was.
    function _succeedsAt(uint256 time, address sender, bytes memory call_) internal returns (bool success) {
        uint256 snapshot = vm.snapshotState();
        vm.warp(time);
        vm.prank(sender);
        (success,) = address(escrow).call(call_);
        vm.revertToStateAndDelete(snapshot);
    }
}
