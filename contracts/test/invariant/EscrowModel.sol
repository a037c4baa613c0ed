// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "forge-std/Test.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {EscrowIndex} from "./EscrowIndex.sol";
import {Party} from "./EscrowCast.sol";

/// @dev What must come of each call, by the interface's words and nothing of the contract's: the exact error, or the new state
/// and everybody's part. Every call is sent for real and compared.
abstract contract EscrowModel is EscrowIndex {
    struct Case {
        IEscrow.Terms terms;
        bytes32 id;
        IEscrow.Status status;
        uint256 remaining;
        uint256 released;
        uint256 timer;
        bool passed;
        bytes32 submitted;
        uint256 fee;
        uint256 returned;
        uint256 arbiterFee;
        IEscrow.Cause cause;
    }

    enum Act {
        Submit,
        Dispute,
        Guarded,
        Push
    }

    /// @dev What a party does when it is given control.
    struct Armed {
        bool on;
        uint256 index;
        Act act;
    }

    /// @dev For any call; without a limit an account that burns gas would burn the test's.
    uint256 private constant AMPLE_GAS = 4_000_000;

    Case[] internal _cases;
    uint256[] internal _open; // indices of those that are open
    mapping(address token => mapping(address owner => uint256)) internal _credits;
    mapping(address account => Armed) internal _armed;
    uint256 internal _armedCount;
    /// @dev What the next call gets; zero for all there is.
    uint256 internal _gas;
    uint256 public refused; // calls that failed, each as predicted
    uint256 public starved; // calls that failed for want of gas to push
    uint256 public reentries;

    function caseCount() external view returns (uint256) {
        return _cases.length;
    }

    function openCount() external view returns (uint256) {
        return _open.length;
    }

    function caseAt(uint256 index) external view returns (Case memory) {
        return _cases[index];
    }

    /* SENDING */

    /// @dev Sends it, and it must fail with exactly this error; with none, it must succeed.
    function _send(address sender, uint256 value, bytes memory data, bytes memory err) internal returns (bool) {
        uint256 limit = _gas == 0 ? AMPLE_GAS : _gas;
        bool isShort = _gas != 0;
        _gas = 0;
        vm.recordLogs();
        vm.prank(sender);
        (bool success, bytes memory result) = address(escrow).call{value: value, gas: limit}(data);
        if (success) {
            assertEq(err, "", "it must fail");
            return true;
        }
        vm.getRecordedLogs();
        if (isShort) {
            bool told = bytes4(result) == IEscrow.InsufficientGas.selector;
            assertTrue(told || result.length == 0 || keccak256(result) == keccak256(err), "for want of gas");
            if (told) ++starved;
            return false;
        }
        assertEq(result, err, "it must fail with this");
        ++refused;
        return false;
    }

    /// @dev After a call that succeeded and was entered into the books.
    function _compare(uint256 index) internal {
        _afterwards();
        Case storage it = _cases[index];
        Seen storage told = _seen[it.id];
        IEscrow.State memory expected =
            IEscrow.State(uint96(it.remaining), uint96(it.released), uint40(it.timer), it.status, it.passed);
        assertEq(abi.encode(escrow.stateOf(it.id)), abi.encode(expected), "state");
        assertEq(abi.encode(told.state), abi.encode(expected), "state as the events tell it");
        assertEq(told.net, it.released - it.fee, "net");
        assertEq(told.fee, it.fee, "fee");
        assertEq(told.returned, it.returned, "returned");
        assertEq(told.arbiterFee, it.arbiterFee, "arbiter fee");
        assertEq(uint8(told.cause), uint8(it.cause), "cause");
        assertEq(escrow.deliverableOf(it.id), it.terms.evaluator == address(0) ? bytes32(0) : it.submitted);
    }

    /// @dev The events, and what armed parties did when they were given control.
    function _afterwards() internal {
        _index(vm.getRecordedLogs());
        if (_armedCount == 0) return;
        for (uint256 i; i < ACCOUNTS; ++i) {
            Armed storage armed = _armed[accounts[i]];
            if (!armed.on) continue;
            (,, bool fired, bool success, bytes4 reason) = Party(payable(accounts[i])).plan();
            if (!fired) continue;
            armed.on = false;
            --_armedCount;
            ++reentries;
            bytes memory err = abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            if (armed.act == Act.Push) err = abi.encodePacked(IEscrow.OnlySelf.selector);
            if (armed.act == Act.Submit) err = _errSubmit(_cases[armed.index], accounts[i], true);
            if (armed.act == Act.Dispute) err = _errDispute(_cases[armed.index], accounts[i]);
            assertEq(success, err.length == 0, "what a reentrant call must come to");
            assertEq(reason, bytes4(err), "why a reentrant call must fail");
            if (success && armed.act == Act.Submit) _enter(armed.index, IEscrow.Status.Submitted);
            if (success && armed.act == Act.Dispute) _enter(armed.index, IEscrow.Status.Disputed);
        }
    }

    /* WHAT COMES OF IT */

    /// @dev What a submission in these tests names.
    function _deliverable(Case storage it) internal view returns (bytes32) {
        return it.terms.keyHash == 0 ? keccak256(abi.encode("deliverable", it.id)) : it.terms.delivery;
    }

    function _enter(uint256 index, IEscrow.Status status) internal {
        Case storage it = _cases[index];
        it.status = status;
        if (status == IEscrow.Status.Submitted) it.submitted = _deliverable(it);
        it.timer = _time + (status == IEscrow.Status.Submitted ? it.terms.reviewWindow : it.terms.rulingWindow);
    }

    function _pay(uint256 index, uint256 toSeller, uint256 toBuyer, uint256 toArbiter, IEscrow.Cause cause) internal {
        Case storage it = _cases[index];
        uint256 fees = uint256(it.terms.feeAmount) * (it.released + toSeller) / it.terms.amount;
        _entitle(it.terms.token, it.terms.seller, toSeller + it.fee - fees);
        _entitle(it.terms.token, it.terms.feeRecipient, fees - it.fee);
        _entitle(it.terms.token, it.terms.buyer, toBuyer);
        _entitle(it.terms.token, it.terms.arbiter, toArbiter);
        it.fee = fees;
        it.released += toSeller;
        it.returned += toBuyer;
        it.arbiterFee += toArbiter;
        it.remaining -= toSeller + toBuyer + toArbiter;
        it.cause = cause;
        if (it.remaining == 0) {
            it.status = IEscrow.Status.Closed;
            uint256 place;
            while (_open[place] != index) ++place;
            _open[place] = _open[_open.length - 1];
            _open.pop();
        }
    }

    function _entitle(address token, address account, uint256 amount) private {
        entitled[token][account] += amount;
        if (_refuses(token, account)) _credits[token][account] += amount;
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    /* WHAT MUST FAIL, AND WITH WHAT; empty for nothing */

    function _expired(uint256 deadline) internal view returns (bytes memory) {
        if (_time <= deadline) return "";
        return abi.encodeWithSelector(IEscrow.Expired.selector, deadline, _time);
    }

    function _wrongSender(address sender, address expected) internal pure returns (bytes memory) {
        if (sender == expected) return "";
        return abi.encodeWithSelector(IEscrow.WrongSender.selector, sender, expected);
    }

    function _wrongStatus(Case storage it) private view returns (bytes memory) {
        return abi.encodeWithSelector(IEscrow.WrongStatus.selector, it.status);
    }

    function _notOpen(Case storage it) internal view returns (bytes memory) {
        bool isOpen = it.status != IEscrow.Status.None && it.status != IEscrow.Status.Closed;
        return isOpen ? bytes("") : _wrongStatus(it);
    }

    /// @dev Of one that is open: it is not in this status, or the status has ended.
    function _notIn(Case storage it, IEscrow.Status status) private view returns (bytes memory) {
        return it.status == status ? _expired(it.timer) : _wrongStatus(it);
    }

    function _notSigned(address account, bytes32 digest, bytes memory signature) internal view returns (bytes memory) {
        if (_isOf(account, digest, signature)) return "";
        return abi.encodeWithSelector(IOperators.WrongSigner.selector, _recover(digest, signature));
    }

    function _first(bytes memory a, bytes memory b) internal pure returns (bytes memory) {
        return a.length != 0 ? a : b;
    }

    function _errSubmit(Case storage it, address sender, bool named) internal view returns (bytes memory err) {
        err = _first(_wrongSender(sender, it.terms.seller), _notOpen(it));
        if (err.length == 0 && it.terms.keyHash != 0) return abi.encodeWithSelector(IEscrow.Sealed.selector);
        err = _first(err, _notIn(it, IEscrow.Status.Funded));
        if (err.length == 0 && !named) return abi.encodeWithSelector(IEscrow.ZeroDeliverable.selector);
    }

    function _errDispute(Case storage it, address sender) internal view returns (bytes memory) {
        bytes memory err = _first(_wrongSender(sender, it.terms.buyer), _notOpen(it));
        return _first(err, _notIn(it, IEscrow.Status.Submitted));
    }

    function _errResolve(Case storage it, address sender) internal view returns (bytes memory) {
        bytes memory err = _first(_wrongSender(sender, it.terms.arbiter), _notOpen(it));
        return _first(err, _notIn(it, IEscrow.Status.Disputed));
    }

    /// @dev But for the signature.
    function _errAttest(Case storage it, bytes32 deliverable) internal view returns (bytes memory err) {
        err = _notOpen(it);
        bool isSealed = it.terms.keyHash != 0;
        if (err.length == 0 && !isSealed && it.status == IEscrow.Status.Funded) return _wrongStatus(it);
        err = _first(err, _expired(it.timer));
        if (err.length == 0 && it.passed) return abi.encodeWithSelector(IEscrow.AlreadyPassed.selector);
        bytes32 expected = it.terms.delivery;
        if (!isSealed && it.terms.evaluator != address(0)) expected = it.submitted;
        if (err.length == 0 && deliverable != expected) {
            return abi.encodeWithSelector(IEscrow.WrongDeliverable.selector, deliverable, expected);
        }
    }

    function _errReveal(Case storage it, bytes32 key) internal view returns (bytes memory err) {
        err = _notOpen(it);
        if (err.length != 0) return err;
        if (keccak256(abi.encode(it.terms.seller, key)) != it.terms.keyHash) {
            return abi.encodeWithSelector(IEscrow.WrongKey.selector);
        }
        if (it.terms.evaluator != address(0) && !it.passed) return abi.encodeWithSelector(IEscrow.NotPassed.selector);
    }

    function _errTimeout(Case storage it) internal view returns (bytes memory err) {
        err = _notOpen(it);
        if (err.length == 0 && _time <= it.timer) {
            return abi.encodeWithSelector(IEscrow.NotYet.selector, it.timer, _time);
        }
    }
}
