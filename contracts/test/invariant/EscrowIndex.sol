// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "forge-std/Test.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {EscrowCast} from "./EscrowCast.sol";

/// @dev What an indexer knows: it reads the escrow's events and nothing else.
abstract contract EscrowIndex is EscrowCast {
    struct Seen {
        IEscrow.Terms terms;
        IEscrow.State state;
        bytes32 deliverable;
        bytes32 key;
        uint256 net;
        uint256 fee;
        uint256 returned;
        uint256 arbiterFee;
        IEscrow.Cause cause; // of the last payout
    }

    mapping(bytes32 id => Seen) internal _seen;
    mapping(address token => mapping(address owner => uint256)) public seenCredits;
    mapping(IEscrow.Cause => uint256) public causes;
    mapping(IEscrow.Status => uint256) public statuses;
    uint256 public reveals;
    uint256 public credits;
    uint256 public withdrawals;

    function seen(bytes32 id) external view returns (Seen memory) {
        return _seen[id];
    }

    /// @dev Takes what was emitted since the last time.
    function _index(Vm.Log[] memory logs) internal {
        for (uint256 i; i < logs.length; ++i) {
            Vm.Log memory log = logs[i];
            if (log.emitter != address(escrow)) continue;
            if (log.topics[0] == IEscrow.Withdrawn.selector) {
                _seeWithdrawn(log);
                continue;
            }
            bytes32 id = log.topics[2];
            if (log.topics[0] == IEscrow.Funded.selector) _seeFunded(id, log);
            // The operator is indexed in every event of an escrow, and no event comes before Funded or after the end.
            Seen storage it = _seen[id];
            assertEq(_address(log.topics[1]), it.terms.operator, "operator");
            assertNotEq(uint8(it.state.status), uint8(IEscrow.Status.None), "an event of no escrow");
            _seeVerb(it, log);
            _seePayout(it, log);
        }
    }

    function _seeFunded(bytes32 id, Vm.Log memory log) private {
        IEscrow.Terms memory terms = abi.decode(log.data, (IEscrow.Terms));
        Seen storage it = _seen[id];
        assertEq(uint8(it.state.status), uint8(IEscrow.Status.None), "opened twice");
        assertEq(_address(log.topics[3]), terms.buyer, "buyer");
        it.terms = terms;
        it.state = IEscrow.State(terms.amount, 0, terms.deliverBy, IEscrow.Status.Funded, false);
        ++statuses[IEscrow.Status.Funded];
    }

    function _seeVerb(Seen storage it, Vm.Log memory log) private {
        bytes32 kind = log.topics[0];
        if (kind == IEscrow.Submitted.selector) {
            (it.deliverable, it.state.timer) = abi.decode(log.data, (bytes32, uint40));
            _move(it, IEscrow.Status.Funded, IEscrow.Status.Submitted);
        } else if (kind == IEscrow.Disputed.selector) {
            (, it.state.timer) = abi.decode(log.data, (bytes32, uint40));
            _move(it, IEscrow.Status.Submitted, IEscrow.Status.Disputed);
        } else if (kind == IEscrow.Attested.selector) {
            (bytes32 deliverable, bool pass,) = abi.decode(log.data, (bytes32, bool, bytes32));
            bool isSealed = it.terms.keyHash != 0;
            assertEq(deliverable, isSealed ? it.terms.delivery : it.deliverable, "deliverable");
            assertNotEq(uint8(it.state.status), uint8(IEscrow.Status.Closed), "a verdict after the end");
            if (pass && isSealed) it.state.passed = true;
        } else if (kind == IEscrow.KeyRevealed.selector) {
            it.key = abi.decode(log.data, (bytes32));
            ++reveals;
        }
    }

    function _seePayout(Seen storage it, Vm.Log memory log) private {
        bytes32 kind = log.topics[0];
        if (kind == IEscrow.Resolved.selector) {
            (, uint256 arbiterFee,) = abi.decode(log.data, (uint256, uint256, bytes32));
            it.arbiterFee += arbiterFee;
        } else if (kind == IEscrow.Paid.selector) {
            assertEq(_address(log.topics[3]), it.terms.seller, "seller");
            (uint256 net, uint256 fee, uint256 remaining, IEscrow.Cause cause) =
                abi.decode(log.data, (uint256, uint256, uint256, IEscrow.Cause));
            it.net += net;
            it.fee += fee;
            it.state.released += uint96(net + fee);
            _leave(it, remaining, cause);
        } else if (kind == IEscrow.Returned.selector) {
            assertEq(_address(log.topics[3]), it.terms.buyer, "buyer");
            (uint256 amount, uint256 remaining, IEscrow.Cause cause) =
                abi.decode(log.data, (uint256, uint256, IEscrow.Cause));
            it.returned += amount;
            _leave(it, remaining, cause);
        } else if (kind == IEscrow.Credited.selector) {
            (address token, uint256 amount) = abi.decode(log.data, (address, uint256));
            assertEq(token, it.terms.token, "token");
            seenCredits[token][_address(log.topics[3])] += amount;
            ++credits;
        }
    }

    /// @dev A payout says what is left when the call is over, so that the two of one call say the same.
    function _leave(Seen storage it, uint256 remaining, IEscrow.Cause cause) private {
        assertLe(remaining, it.state.remaining, "a payout that adds");
        it.state.remaining = uint96(remaining);
        it.cause = cause;
        ++causes[cause];
        if (remaining == 0 && it.state.status != IEscrow.Status.Closed) {
            it.state.status = IEscrow.Status.Closed;
            ++statuses[IEscrow.Status.Closed];
        }
    }

    function _seeWithdrawn(Vm.Log memory log) private {
        (, uint256 amount) = abi.decode(log.data, (address, uint256));
        address owner = _address(log.topics[1]);
        address token = _address(log.topics[2]);
        assertEq(amount, seenCredits[token][owner], "a withdrawal is of all credits");
        seenCredits[token][owner] = 0;
        ++withdrawals;
    }

    /// @dev E4.
    function _move(Seen storage it, IEscrow.Status from, IEscrow.Status to) private {
        assertEq(uint8(it.state.status), uint8(from), "E4");
        it.state.status = to;
        ++statuses[to];
    }

    function _address(bytes32 word) internal pure returns (address) {
        return address(uint160(uint256(word)));
    }
}
