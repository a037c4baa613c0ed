// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {FickleToken} from "./EscrowCast.sol";
import {EscrowFunding} from "./EscrowFunding.sol";

/// @dev Each verb once, for whoever sends it; and the actions in which those send it who have a reason to.
abstract contract EscrowVerbs is EscrowFunding {
    /* ACTIONS */

    function submit(uint256 seed) external {
        (bool found, uint256 index) = _lead(seed, IEscrow.Status.Funded, false);
        if (found) _submit(index, _cases[index].terms.seller, true);
    }

    function dispute(uint256 seed) external {
        (bool found, uint256 index) = _lead(seed, IEscrow.Status.Submitted, false);
        if (found) _dispute(index, _cases[index].terms.buyer);
    }

    function resolve(uint256 seed) external {
        (bool found, uint256 index) = _lead(seed, IEscrow.Status.Disputed, false);
        if (!found) return;
        address arbiter = _cases[index].terms.arbiter;
        if (arbiter == address(0)) arbiter = _someone(seed, "no arbiter");
        _resolve(index, arbiter, _part(seed, _cases[index].terms.amount));
    }

    /// @dev By the evaluator or by anyone with its signature: a submission, or what is sealed.
    function attest(uint256 seed, bool relayed) external {
        uint256 kind = _roll(seed, "kind", 3);
        IEscrow.Status status =
            kind == 0 ? IEscrow.Status.Funded : kind == 1 ? IEscrow.Status.Submitted : IEscrow.Status.Disputed;
        (bool found, uint256 index) = _lead(seed, status, true);
        if (found) {
            _attestAs(
                index, relayed ? _someone(seed, "relay") : _cases[index].terms.evaluator, _roll(seed, "no", 3) != 0
            );
        }
    }

    /// @dev Of what is sealed; in the verified exchange after a pass, which it mostly gets here if it has none.
    function reveal(uint256 seed) external {
        (bool found, uint256 index) = _find(seed, IEscrow.Status.Funded, true, _roll(seed, "verified", 2) == 0);
        if (!found) return _fundOne(seed, 3 + _roll(seed, "verified", 2));
        Case storage it = _cases[index];
        bool early = _roll(seed, "early", 4) == 0;
        if (it.terms.evaluator != address(0) && !it.passed && !early) _attestAs(index, it.terms.evaluator, true);
        _reveal(index, _someone(seed, "sender"), _keyFor(it.terms.requestId));
    }

    function release(uint256 seed) external {
        (bool found, uint256 index) = _any(seed);
        if (found) _release(index, _cases[index].terms.buyer, _upTo(seed, index));
    }

    function releaseWithSignature(uint256 seed) external {
        (bool found, uint256 index) = _any(seed);
        if (!found) return;
        (uint256 upTo, uint40 deadline) = (_upTo(seed, index), _time + uint40(_roll(seed, "deadline", 2)));
        bytes memory signature =
            _sign(_cases[index].terms.buyer, escrow.releaseDigest(_cases[index].id, uint96(upTo), deadline));
        _releaseSigned(index, _someone(seed, "relay"), upTo, deadline, signature);
    }

    function refund(uint256 seed) external {
        (bool found, uint256 index) = _any(seed);
        if (found) _refund(index, _cases[index].terms.seller, _part(seed, _cases[index].remaining));
    }

    /// @dev By a party that needs no signature of its own, or by anyone with both.
    function settle(uint256 seed) external {
        (bool found, uint256 index) = _any(seed);
        if (!found) return;
        IEscrow.Terms memory terms = _cases[index].terms;
        address[4] memory senders = [terms.buyer, terms.seller, _someone(seed, "relay"), _someone(seed, "relay")];
        uint256 who = _roll(seed, "who", 4);
        uint256 toSeller = _part(seed, _cases[index].remaining);
        bytes32 digest =
            escrow.settlementDigest(_cases[index].id, uint96(_cases[index].remaining), uint96(toSeller), _time);
        bytes memory byBuyer = who == 0 ? bytes("") : _sign(terms.buyer, digest);
        bytes memory bySeller = who == 1 ? bytes("") : _sign(terms.seller, digest);
        _settle(index, senders[who], _cases[index].remaining, toSeller, _time, byBuyer, bySeller);
    }

    /// @dev Now, which fails unless the window has passed.
    function timeout(uint256 seed) external {
        (bool found, uint256 index) = _any(seed);
        if (found) _timeout(index, _someone(seed, "anyone"));
    }

    function withdraw(uint256 seed) external {
        (address owner, address token) = _creditor(seed);
        address to = _someone(seed, "to");
        if (_roll(seed, "nowhere", 16) == 0) to = _roll(seed, "zero", 2) == 0 ? address(0) : address(escrow);
        _withdraw(owner, owner, token, to);
    }

    function withdrawFor(uint256 seed) external {
        (address owner, address token) = _creditor(seed);
        _withdraw(_someone(seed, "anyone"), owner, token, owner);
    }

    /* CHOOSING */

    function _any(uint256 seed) internal returns (bool, uint256) {
        if (_open.length == 0) _fundOne(seed, _roll(seed, "way", WAYS));
        if (_open.length == 0) return (false, 0);
        return (true, _open[_roll(seed, "open", _open.length)]);
    }

    /// @dev An open escrow in this status; with `judged` one that has an evaluator.
    function _find(uint256 seed, IEscrow.Status status, bool isSealed, bool judged)
        private
        view
        returns (bool, uint256)
    {
        uint256 start = _roll(seed, "start", _open.length + 1);
        // Some of those whose time has passed as well.
        bool late = _roll(seed, "late", 16) == 0;
        for (uint256 i; i < _open.length; ++i) {
            uint256 index = _open[(start + i) % _open.length];
            Case storage it = _cases[index];
            if (it.status != status || (it.terms.keyHash != 0) != isSealed) continue;
            if (judged && it.terms.evaluator == address(0)) continue;
            if (late || it.timer >= _time) return (true, index);
        }
        return (false, 0);
    }

    /// @dev The same, or one that is led there step by step; not found if something keeps it from getting there.
    function _lead(uint256 seed, IEscrow.Status status, bool judged) private returns (bool found, uint256 index) {
        bool isSealed = judged && status == IEscrow.Status.Funded;
        (found, index) = _find(seed, status, isSealed, judged);
        if (found) return (found, index);
        if (status == IEscrow.Status.Funded) {
            uint256 before = _cases.length;
            _fundOne(seed, isSealed ? 4 : judged ? 2 : _roll(seed, "review", 3));
            return (_cases.length > before, before);
        }
        (found, index) = _lead(seed, IEscrow.Status(uint8(status) - 1), judged && status != IEscrow.Status.Submitted);
        if (!found) return (false, 0);
        if (status == IEscrow.Status.Submitted) _submit(index, _cases[index].terms.seller, true);
        else _dispute(index, _cases[index].terms.buyer);
        found = _cases[index].status == status && (!judged || _cases[index].terms.evaluator != address(0));
    }

    /// @dev One who has a credit, if anybody has.
    function _creditor(uint256 seed) private view returns (address, address) {
        uint256 start = _roll(seed, "creditor", ACCOUNTS * TOKENS);
        for (uint256 i; i < ACCOUNTS * TOKENS; ++i) {
            uint256 place = (start + i) % (ACCOUNTS * TOKENS);
            (address owner, address token) = (accounts[place % ACCOUNTS], tokens[place / ACCOUNTS]);
            if (_credits[token][owner] != 0) return (owner, token);
        }
        return (accounts[start % ACCOUNTS], tokens[start / ACCOUNTS]);
    }

    /// @dev Nothing, one, all, or anything between.
    function _part(uint256 seed, uint256 whole) internal pure returns (uint256) {
        uint256 roll = _roll(seed, "part", 8);
        if (roll == 0) return 0;
        if (roll == 1) return 1;
        if (roll == 2) return whole;
        return _roll(seed, "parts", whole + 1);
    }

    function _upTo(uint256 seed, uint256 index) internal view returns (uint256) {
        Case storage it = _cases[index];
        if (_roll(seed, "max", 16) == 0) return type(uint96).max;
        return it.released + _part(seed, it.remaining);
    }

    /* THE VERBS */

    function _submit(uint256 index, address sender, bool named) internal {
        Case storage it = _cases[index];
        bytes memory data = abi.encodeCall(IEscrow.submit, (it.terms, named ? _deliverable(it) : bytes32(0)));
        if (!_send(sender, 0, data, _errSubmit(it, sender, named))) return;
        _enter(index, IEscrow.Status.Submitted);
        _compare(index);
    }

    function _dispute(uint256 index, address sender) internal {
        Case storage it = _cases[index];
        bytes memory data = abi.encodeCall(IEscrow.dispute, (it.terms, "reason"));
        if (!_send(sender, 0, data, _errDispute(it, sender))) return;
        _enter(index, IEscrow.Status.Disputed);
        _compare(index);
    }

    function _attestAs(uint256 index, address sender, bool pass) internal {
        Case storage it = _cases[index];
        bytes32 digest = escrow.verdictDigest(it.id, _deliverable(it), pass, "evidence");
        bytes memory signature = sender == it.terms.evaluator ? bytes("") : _sign(it.terms.evaluator, digest);
        _attest(index, sender, _deliverable(it), pass, signature);
    }

    function _attest(uint256 index, address sender, bytes32 deliverable, bool pass, bytes memory signature) internal {
        Case storage it = _cases[index];
        bytes memory err = _errAttest(it, deliverable);
        if (sender != it.terms.evaluator) {
            bytes32 digest = escrow.verdictDigest(it.id, deliverable, pass, "evidence");
            err = _first(err, _notSigned(it.terms.evaluator, digest, signature));
        }
        bytes memory data = abi.encodeCall(IEscrow.attest, (it.terms, deliverable, pass, "evidence", signature));
        if (!_send(sender, 0, data, err)) return;
        if (!pass) _pay(index, 0, it.remaining, 0, IEscrow.Cause.Verdict);
        else if (it.terms.keyHash == 0) _pay(index, it.remaining, 0, 0, IEscrow.Cause.Verdict);
        else it.passed = true;
        _compare(index);
    }

    function _reveal(uint256 index, address sender, bytes32 key) internal {
        Case storage it = _cases[index];
        if (!_send(sender, 0, abi.encodeCall(IEscrow.reveal, (it.terms, key)), _errReveal(it, key))) return;
        _pay(index, it.remaining, 0, 0, IEscrow.Cause.Reveal);
        _compare(index);
        assertEq(_seen[it.id].key, key, "the key in the event");
    }

    function _release(uint256 index, address sender, uint256 upTo) internal {
        Case storage it = _cases[index];
        bytes memory err = _first(_wrongSender(sender, it.terms.buyer), _notOpen(it));
        err = _first(err, _errNothing(index, upTo));
        bytes memory data = abi.encodeCall(IEscrow.release, (it.terms, uint96(upTo)));
        if (_send(sender, 0, data, err)) _payUpTo(index, upTo);
    }

    function _releaseSigned(uint256 index, address sender, uint256 upTo, uint40 deadline, bytes memory signature)
        internal
    {
        Case storage it = _cases[index];
        bytes32 digest = escrow.releaseDigest(it.id, uint96(upTo), deadline);
        bytes memory err = _first(_expired(deadline), _notOpen(it));
        err = _first(_first(err, _notSigned(it.terms.buyer, digest, signature)), _errNothing(index, upTo));
        bytes memory data = abi.encodeCall(IEscrow.releaseWithSignature, (it.terms, uint96(upTo), deadline, signature));
        if (_send(sender, 0, data, err)) _payUpTo(index, upTo);
    }

    function _errNothing(uint256 index, uint256 upTo) private view returns (bytes memory) {
        return upTo > _cases[index].released ? bytes("") : abi.encodeWithSelector(IEscrow.NothingToPay.selector);
    }

    /// @dev E7.
    function _payUpTo(uint256 index, uint256 upTo) private {
        Case storage it = _cases[index];
        _pay(index, _min(upTo - it.released, it.remaining), 0, 0, IEscrow.Cause.Release);
        _compare(index);
    }

    function _refund(uint256 index, address sender, uint256 amount) internal {
        Case storage it = _cases[index];
        bytes memory err = _first(_wrongSender(sender, it.terms.seller), _notOpen(it));
        if (amount == 0) err = _first(err, abi.encodeWithSelector(IEscrow.NothingToPay.selector));
        if (!_send(sender, 0, abi.encodeCall(IEscrow.refund, (it.terms, uint96(amount))), err)) return;
        _pay(index, 0, _min(amount, it.remaining), 0, IEscrow.Cause.Refund);
        _compare(index);
    }

    function _resolve(uint256 index, address sender, uint256 toSeller) internal {
        Case storage it = _cases[index];
        bytes memory data = abi.encodeCall(IEscrow.resolve, (it.terms, uint96(toSeller), "ruling"));
        if (!_send(sender, 0, data, _errResolve(it, sender))) return;
        uint256 arbiterFee = it.remaining * it.terms.arbiterFeeBps / 10_000;
        uint256 rest = it.remaining - arbiterFee;
        uint256 more = toSeller > it.released ? _min(toSeller - it.released, rest) : 0;
        _pay(index, more, rest - more, arbiterFee, IEscrow.Cause.Ruling);
        _compare(index);
    }

    function _settle(
        uint256 index,
        address sender,
        uint256 remaining,
        uint256 toSeller,
        uint40 deadline,
        bytes memory byBuyer,
        bytes memory bySeller
    ) internal {
        Case storage it = _cases[index];
        bytes32 digest = escrow.settlementDigest(it.id, uint96(remaining), uint96(toSeller), deadline);
        bytes memory err = _first(_expired(deadline), _notOpen(it));
        if (remaining != it.remaining) {
            err = _first(err, abi.encodeWithSelector(IEscrow.RemainderChanged.selector, remaining, it.remaining));
        } else if (toSeller > remaining) {
            err = _first(err, abi.encodeWithSelector(IEscrow.ExceedsRemainder.selector, toSeller, remaining));
        }
        if (sender != it.terms.buyer) err = _first(err, _notSigned(it.terms.buyer, digest, byBuyer));
        if (sender != it.terms.seller) err = _first(err, _notSigned(it.terms.seller, digest, bySeller));
        bytes memory data = abi.encodeCall(
            IEscrow.settle, (it.terms, uint96(remaining), uint96(toSeller), deadline, byBuyer, bySeller)
        );
        if (!_send(sender, 0, data, err)) return;
        _pay(index, toSeller, remaining - toSeller, 0, IEscrow.Cause.Settlement);
        _compare(index);
    }

    /// @dev E3: it needs nobody's consent and nobody's acceptance.
    function _timeout(uint256 index, address sender) internal {
        Case storage it = _cases[index];
        if (!_send(sender, 0, abi.encodeCall(IEscrow.timeout, (it.terms)), _errTimeout(it))) return;
        uint256 toSeller;
        if (it.status == IEscrow.Status.Submitted) toSeller = it.remaining;
        if (it.status == IEscrow.Status.Disputed) toSeller = it.remaining * it.terms.fallbackBps / 10_000;
        _pay(index, toSeller, it.remaining - toSeller, 0, IEscrow.Cause.Timeout);
        _compare(index);
    }

    function _withdraw(address sender, address owner, address token, address to) internal {
        uint256 amount = _credits[token][owner];
        bytes memory err;
        if (to == address(0) || to == address(escrow)) {
            err = abi.encodeWithSelector(IEscrow.ForbiddenRecipient.selector, to);
        } else if (amount == 0) {
            err = abi.encodeWithSelector(IEscrow.NothingToPay.selector);
        } else if (_refuses(token, to)) {
            err = _errRefusal(token, to);
        }
        bytes memory data = sender == owner && _roll(uint160(to), "self", 2) == 0
            ? abi.encodeCall(IEscrow.withdraw, (token, to))
            : abi.encodeCall(IEscrow.withdrawFor, (owner, token));
        if (to != owner) data = abi.encodeCall(IEscrow.withdraw, (token, to));
        if (!_send(sender, 0, data, err)) return;
        _credits[token][owner] = 0;
        entitled[token][owner] -= amount;
        entitled[token][to] += amount;
        _afterwards();
        assertEq(escrow.creditOf(owner, token), 0, "credit");
    }

    function _errRefusal(address token, address to) private view returns (bytes memory) {
        if (token == address(0)) return abi.encodeWithSelector(IEscrow.NativeTransferFailed.selector, to);
        if (token == tokens[USDC]) {
            bool here = TestToken(token).isBlacklisted(address(escrow));
            return abi.encodeWithSelector(TestToken.AccountBlacklisted.selector, here ? address(escrow) : to);
        }
        if (FickleToken(token).whim(to) == 3) return abi.encodeWithSelector(FickleToken.Fickle.selector);
        return abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, token);
    }
}
