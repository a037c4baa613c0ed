// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {PlainToken} from "../mocks/Tokens.sol";
import {SymbolicTest} from "./Symbolic.sol";

/// @dev From every state of the escrows and for all terms, funded or not: the storage is symbolic. Where a property needs
/// a state that calls can reach, it says so with `_isFunded`.
contract EscrowSymbolicTest is SymbolicTest {
    Escrow private escrow;
    PlainToken private token;

    function setUp() public {
        escrow = new Escrow();
        token = new PlainToken();
        HALMOS.enableSymbolicStorage(address(escrow));
        HALMOS.enableSymbolicStorage(address(token));
    }

    function check_E4_NothingOpensAClosedEscrow(
        IEscrow.Terms calldata terms,
        address sender,
        uint96 amount,
        uint40 deadline,
        bytes32 hash,
        uint8 verb
    ) public {
        vm.assume(escrow.stateOf(escrow.idOf(terms)).status == IEscrow.Status.Closed);
        bytes memory data = abi.encodeCall(IEscrow.release, (terms, amount));
        if (verb == 1) data = abi.encodeCall(IEscrow.refund, (terms, amount));
        if (verb == 2) data = abi.encodeCall(IEscrow.submit, (terms, hash));
        if (verb == 3) data = abi.encodeCall(IEscrow.attest, (terms, hash, true, 0, ""));
        if (verb == 4) data = abi.encodeCall(IEscrow.reveal, (terms, hash));
        if (verb == 5) data = abi.encodeCall(IEscrow.dispute, (terms, hash));
        if (verb == 6) data = abi.encodeCall(IEscrow.resolve, (terms, amount, hash));
        if (verb == 7) data = abi.encodeCall(IEscrow.releaseWithSignature, (terms, amount, deadline, ""));
        if (verb == 8) data = abi.encodeCall(IEscrow.settle, (terms, amount, amount, deadline, "", ""));
        if (verb == 9) data = abi.encodeCall(IEscrow.timeout, (terms));
        assert(!_call(sender, address(escrow), data));
    }

    function check_E8_AVerbThatTimeCutsEndsWithTheTimer(
        IEscrow.Terms calldata terms,
        uint64 time,
        bytes32 hash,
        uint96 toSeller,
        uint8 verb
    ) public {
        vm.assume(time > escrow.stateOf(escrow.idOf(terms)).timer);
        vm.warp(time);
        (address role, bytes memory data) = (terms.seller, abi.encodeCall(IEscrow.submit, (terms, hash)));
        if (verb == 1) (role, data) = (terms.buyer, abi.encodeCall(IEscrow.dispute, (terms, hash)));
        if (verb == 2) (role, data) = (terms.arbiter, abi.encodeCall(IEscrow.resolve, (terms, toSeller, hash)));
        if (verb == 3) (role, data) = (terms.evaluator, abi.encodeCall(IEscrow.attest, (terms, hash, true, 0, "")));
        assert(!_call(role, address(escrow), data));
    }

    function check_E8_TimeoutBeginsAfterTheTimer(IEscrow.Terms calldata terms, uint64 time, address sender) public {
        vm.assume(time <= escrow.stateOf(escrow.idOf(terms)).timer);
        vm.warp(time);
        assert(!_call(sender, address(escrow), abi.encodeCall(IEscrow.timeout, (terms))));
    }

    /// @dev Without a fee, which goes off the seller's share: the solvers do not decide its quotient, nor that of a
    /// dispute's fallback; both are fuzzed. With gas enough to push: gas is a number like any other to Halmos.
    function check_E3_AfterTheTimerAnybodyClosesIt(IEscrow.Terms memory terms, uint64 time, address sender) public {
        (terms.token, terms.feeAmount) = (address(token), 0);
        bytes32 id = escrow.idOf(terms);
        IEscrow.State memory state = escrow.stateOf(id);
        vm.assume(_isFunded(terms, state) && state.status != IEscrow.Status.Disputed);
        vm.assume(time > state.timer);
        vm.warp(time);
        vm.prank(sender);
        try escrow.timeout(terms) {
            assert(escrow.stateOf(id).status == IEscrow.Status.Closed);
            assert(escrow.stateOf(id).remaining == 0);
        } catch (bytes memory reason) {
            assert(bytes4(reason) == IEscrow.InsufficientGas.selector);
        }
    }

    function check_E5_OnlyTheRoleActs(
        IEscrow.Terms calldata terms,
        address sender,
        uint96 amount,
        bytes32 hash,
        uint8 verb
    ) public {
        (address role, bytes memory data) = (terms.buyer, abi.encodeCall(IEscrow.release, (terms, amount)));
        if (verb == 1) (role, data) = (terms.seller, abi.encodeCall(IEscrow.refund, (terms, amount)));
        if (verb == 2) (role, data) = (terms.seller, abi.encodeCall(IEscrow.submit, (terms, hash)));
        if (verb == 3) (role, data) = (terms.buyer, abi.encodeCall(IEscrow.dispute, (terms, hash)));
        if (verb == 4) (role, data) = (terms.arbiter, abi.encodeCall(IEscrow.resolve, (terms, amount, hash)));
        vm.assume(sender != role);
        assert(!_call(sender, address(escrow), data));
    }

    /// @dev A buyer without code: one with code answers for itself.
    function check_E5_AStrangerReleasesOnlyWhatTheBuyerSigned(
        IEscrow.Terms calldata terms,
        address sender,
        uint96 upTo,
        uint40 deadline,
        Signature calldata signature
    ) public {
        vm.assume(terms.buyer != address(escrow) && terms.buyer != address(token) && terms.buyer != address(this));
        bytes32 digest = escrow.releaseDigest(escrow.idOf(terms), upTo, deadline);
        vm.assume(ecrecover(digest, signature.v, signature.r, signature.s) != terms.buyer);
        bytes memory data = abi.encodeCall(IEscrow.releaseWithSignature, (terms, upTo, deadline, _bytes(signature)));
        assert(!_call(sender, address(escrow), data));
    }

    function check_E6_NothingIsRevealedWithoutTheKeyOrAPass(IEscrow.Terms calldata terms, address sender, bytes32 key)
        public
    {
        bool passed = escrow.stateOf(escrow.idOf(terms)).passed;
        bool opens = terms.keyHash == keccak256(abi.encode(terms.seller, key));
        vm.assume(!opens || (terms.evaluator != address(0) && !passed));
        assert(!_call(sender, address(escrow), abi.encodeCall(IEscrow.reveal, (terms, key))));
    }

    /// @dev Without a fee, as above.
    function check_E7_AReleaseTakesExactlyItsAmount(IEscrow.Terms memory terms, uint96 upTo) public {
        (terms.token, terms.feeAmount) = (address(token), 0);
        bytes32 id = escrow.idOf(terms);
        IEscrow.State memory before = escrow.stateOf(id);
        vm.assume(_isFunded(terms, before));
        if (!_call(terms.buyer, address(escrow), abi.encodeCall(IEscrow.release, (terms, upTo)))) return;

        IEscrow.State memory state = escrow.stateOf(id);
        uint96 all = before.released + before.remaining;
        assert(state.released == (upTo < all ? upTo : all));
        assert(state.released > before.released);
        assert(state.released + state.remaining == all);
    }

    function check_OnlyItsOwnerTakesACredit(address sender, address owner, address to) public {
        vm.assume(sender != owner);
        uint256 before = escrow.creditOf(owner, address(token));
        _call(sender, address(escrow), abi.encodeCall(IEscrow.withdraw, (address(token), to)));
        assert(escrow.creditOf(owner, address(token)) == before);
    }

    function check_AUsedNonceDoesNotFund(IEscrow.Terms calldata terms, Signature calldata signature) public {
        vm.assume(escrow.isUsed(terms.operator, terms.nonce));
        assert(!_call(terms.buyer, address(escrow), abi.encodeCall(IEscrow.fund, (terms, _bytes(signature)))));
    }

    function check_FundingEndsAtItsTime(IEscrow.Terms calldata terms, Signature calldata signature, uint64 time)
        public
    {
        vm.assume(time > terms.fundBy);
        vm.warp(time);
        assert(!_call(terms.buyer, address(escrow), abi.encodeCall(IEscrow.fund, (terms, _bytes(signature)))));
    }

    /// @dev The states that the terms allow, and credits that can be added to: no token has 2^128 units.
    function _isFunded(IEscrow.Terms memory terms, IEscrow.State memory state) private view returns (bool) {
        return terms.amount != 0 && state.status != IEscrow.Status.None && state.status != IEscrow.Status.Closed
            && state.remaining != 0 && uint256(state.released) + state.remaining <= terms.amount
            && _hasRoom(terms.buyer) && _hasRoom(terms.seller);
    }

    function _hasRoom(address owner) private view returns (bool) {
        return escrow.creditOf(owner, address(token)) < 1 << 128;
    }

    function _assertSame(IEscrow.State memory a, IEscrow.State memory b) private pure {
        assert(a.remaining == b.remaining && a.released == b.released && a.timer == b.timer);
        assert(a.status == b.status && a.passed == b.passed);
    }
}
