// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {PlainToken} from "../mocks/Tokens.sol";
import {FickleToken, Party} from "./EscrowCast.sol";
import {EscrowVerbs} from "./EscrowVerbs.sol";

/// @dev What goes wrong around the escrow: time, odd tokens and recipients, wrong actors, old signatures, too little gas.
contract EscrowHandler is EscrowVerbs {
    /// @dev A signature that was given and not used, or used.
    struct Shelved {
        bool isSettlement;
        uint256 index;
        uint256 remaining;
        uint256 amount;
        uint40 deadline;
        bytes byBuyer;
        bytes bySeller;
    }

    Shelved[] private _shelf;
    mapping(address token => uint256) public strays;
    uint256 public replays;
    uint256 public cuts;
    uint256 public rescues; // escrows that somebody closed after their time

    /* TIME */

    function passTime(uint256 seed) external {
        _to(_time + _roll(seed, "seconds", 1 days));
    }

    /// @dev To the second before, at or after a timer, mostly the next one.
    function passToTimer(uint256 seed) external {
        (bool found, uint256 index) = _next(seed);
        if (found) _to(_cases[index].timer - 1 + _roll(seed, "off", 3));
    }

    /// @dev E3: when its time has come, anyone closes it.
    function expire(uint256 seed) external {
        (bool found, uint256 index) = _next(seed);
        if (!found) return;
        _to(_cases[index].timer + 1);
        _rescue(index, _someone(seed, "anyone"));
    }

    /// @dev E8: at each second around the timer either the verb of this status or `timeout` is open, and never both.
    function tryAroundTheTimer(uint256 seed) external {
        (bool found, uint256 index) = _any(seed);
        if (!found || _cases[index].timer <= _time) return;
        ++cuts;
        uint256 timer = _cases[index].timer;
        for (uint256 second = timer - 1; second <= timer + 1; ++second) {
            uint256 before = vm.snapshotState();
            _to(second);
            _act(index);
            bool acted = _cases[index].timer != timer || _cases[index].passed || _cases[index].remaining == 0;
            vm.revertToState(before);
            before = vm.snapshotState();
            _to(second);
            _timeout(index, accounts[STRANGER]);
            bool timedOut = _cases[index].remaining == 0;
            vm.revertToState(before);
            vm.warp(_time);
            // Nothing that time cuts is there to do once a sealed deliverable has passed, or waits for its key alone.
            bool idle = _cases[index].terms.keyHash != 0
                && (_cases[index].passed || _cases[index].terms.evaluator == address(0));
            assertEq(timedOut, second > timer, "E8");
            if (!idle && _hasActor(index)) assertEq(acted, second <= timer, "E8");
        }
    }

    /// @dev E3, of all that are open, whoever is stopped; they go on from where they were.
    function closeAllForAMoment(uint256 seed) external {
        uint256 before = vm.snapshotState();
        closeAll(seed);
        vm.revertToState(before);
        vm.warp(_time);
    }

    function closeAll(uint256 seed) public {
        uint256 last = _time;
        for (uint256 i; i < _open.length; ++i) {
            if (_cases[_open[i]].timer > last) last = _cases[_open[i]].timer;
        }
        _to(last + 1);
        for (uint256 i = _open.length; i > 0; --i) {
            _rescue(_open[i - 1], _someone(seed, "anyone"));
        }
        assertEq(_open.length, 0, "E3");
    }

    /* RECIPIENTS AND TOKENS */

    function changeMood(uint256 seed) external {
        Party(payable(_codeAccount(seed))).feel(Party.Mood(_roll(seed, "mood", 5)));
    }

    /// @dev Once for three times it ends, so that some are always stopped, and the escrow itself at times.
    function blocklist(uint256 seed) external {
        address account = _someone(seed, "account");
        if (_roll(seed, "escrow", 12) == 0) account = address(escrow);
        if (_roll(seed, "stop", 3) == 0) TestToken(tokens[USDC]).blacklist(account);
        else TestToken(tokens[USDC]).unBlacklist(account);
        if (account != address(escrow)) TestToken(tokens[USDC]).unBlacklist(address(escrow));
    }

    function changeWhim(uint256 seed) external {
        uint256 whim = _roll(seed, "whim", 6);
        FickleToken(tokens[FICKLE]).setWhim(_someone(seed, "account"), whim > 3 ? 0 : whim);
    }

    /// @dev A party prepares a call for the next time that it is given control.
    function arm(uint256 seed) external {
        (bool found, uint256 index) = _any(seed);
        if (!found) return;
        address account = _codeAccount(seed);
        Case storage it = _cases[index];
        // Half of the time its own submission or dispute, which are not guarded and need no guard.
        if (_hasCode[it.terms.seller]) account = it.terms.seller;
        else if (_hasCode[it.terms.buyer]) account = it.terms.buyer;
        (Act act, bytes memory data) = _reentrantCall(seed, it, account);
        address call = address(uint160(uint256(keccak256(abi.encode("call", account)))));
        vm.etch(call, data);
        Party(payable(account)).arm(call);
        if (!_armed[account].on) ++_armedCount;
        _armed[account] = Armed(true, index, act);
    }

    /// @dev Tokens that nobody accounts for; native coin comes only by force.
    function stray(uint256 seed) external {
        address token = tokens[_roll(seed, "token", TOKENS)];
        uint256 amount = _roll(seed, "amount", 1e9) + 1;
        address giver = accounts[STRANGER];
        if (token == address(0)) {
            vm.prank(giver);
            (bool accepted,) = address(escrow).call{value: amount}("");
            assertFalse(accepted, "the escrow accepts native coin outside of funding");
            vm.deal(address(escrow), address(escrow).balance + amount);
        } else {
            if (token == tokens[USDC] && (_refuses(token, giver) || _refuses(token, address(escrow)))) return;
            vm.prank(giver);
            PlainToken(token).transfer(address(escrow), amount);
            entitled[token][giver] -= amount;
        }
        strays[token] += amount;
    }

    /* WRONG ACTORS, OLD SIGNATURES, LITTLE GAS */

    /// @dev Any verb, by anyone, on any escrow in any status, also on one that was never funded.
    function anything(uint256 seed) external {
        if (_cases.length == 0 || _roll(seed, "never", 16) == 0) _push(_draw(seed, _roll(seed, "way", WAYS)));
        uint256 index = _roll(seed, "case", _cases.length);
        if (_roll(seed, "last", 4) == 0) index = _cases.length - 1;
        if (_roll(seed, "open", 2) == 0 && _open.length != 0) index = _open[_roll(seed, "which", _open.length)];
        _anyVerb(seed, index, _someone(seed, "sender"));
    }

    /// @dev Any verb by one who may, with as much gas as it takes, or not: it happens as it always does, or not at all.
    function starve(uint256 seed) external {
        (bool found, uint256 index) = _any(seed);
        if (!found) return;
        IEscrow.Terms memory terms = _cases[index].terms;
        uint256 verb = _roll(seed, "verb", 4);
        _gas = 30_000 + _roll(seed, "gas", 400_000);
        if (verb == 0) _release(index, terms.buyer, _upTo(seed, index));
        else if (verb == 1) _refund(index, terms.seller, _part(seed, _cases[index].remaining));
        else if (verb == 2) _timeout(index, accounts[STRANGER]);
        else _act(index);
        _gas = 0;
    }

    /// @dev Signs a release or a settlement and leaves it to whoever wants to use it, later and more than once.
    function sign(uint256 seed) external {
        (bool found, uint256 index) = _any(seed);
        if (!found) return;
        Case storage it = _cases[index];
        Shelved memory s;
        s.isSettlement = _roll(seed, "what", 2) == 0;
        s.index = index;
        s.remaining = it.remaining;
        s.deadline = _time + uint40(_roll(seed, "deadline", 10 days));
        s.amount = s.isSettlement ? _part(seed, it.remaining) : _upTo(seed, index);
        // Now and then more than there is, which both may sign.
        if (s.isSettlement && it.remaining < type(uint96).max && _roll(seed, "more", 8) == 0) {
            s.amount = it.remaining + 1;
        }
        bytes32 digest = s.isSettlement
            ? escrow.settlementDigest(it.id, uint96(s.remaining), uint96(s.amount), s.deadline)
            : escrow.releaseDigest(it.id, uint96(s.amount), s.deadline);
        s.byBuyer = _sign(it.terms.buyer, digest);
        s.bySeller = _sign(it.terms.seller, digest);
        _shelf.push(s);
    }

    /// @dev Something signed before, as it was, with another number, or for another escrow.
    function replay(uint256 seed) external {
        if (_shelf.length == 0) return;
        Shelved memory s = _shelf[_roll(seed, "shelf", _shelf.length)];
        uint256 twist = _roll(seed, "twist", 6);
        if (twist == 0) s.index = _roll(seed, "case", _cases.length);
        if (twist == 1 && s.amount != 0) s.amount -= 1;
        if (twist == 2) s.deadline += 1 days;
        ++replays;
        address sender = _someone(seed, "sender");
        if (s.isSettlement) _settle(s.index, sender, s.remaining, s.amount, s.deadline, s.byBuyer, s.bySeller);
        else _releaseSigned(s.index, sender, s.amount, s.deadline, s.byBuyer);
    }

    /* INTERNALS */

    function _to(uint256 second) private {
        if (second <= _time) return;
        _time = uint40(second);
        vm.warp(second);
    }

    function _rescue(uint256 index, address sender) private {
        _timeout(index, sender);
        assertEq(_cases[index].remaining, 0, "E3");
        ++rescues;
    }

    /// @dev The open escrow whose timer comes next; one of 32 times any.
    function _next(uint256 seed) private view returns (bool found, uint256 index) {
        if (_open.length != 0 && _roll(seed, "any", 32) == 0) return (true, _open[_roll(seed, "which", _open.length)]);
        uint256 soonest = type(uint256).max;
        for (uint256 i; i < _open.length; ++i) {
            uint256 timer = _cases[_open[i]].timer;
            if (timer < _time || timer >= soonest) continue;
            (found, index, soonest) = (true, _open[i], timer);
        }
    }

    /// @dev Somebody can act on time in this status.
    function _hasActor(uint256 index) private view returns (bool) {
        Case storage it = _cases[index];
        bool isSilent = it.terms.arbiter == address(0) && it.terms.evaluator == address(0);
        return it.status != IEscrow.Status.Disputed || !isSilent;
    }

    /// @dev The verb of this status that time cuts, by who may.
    function _act(uint256 index) private {
        Case storage it = _cases[index];
        if (it.status == IEscrow.Status.Submitted) _dispute(index, it.terms.buyer);
        else if (it.status == IEscrow.Status.Funded && it.terms.keyHash == 0) _submit(index, it.terms.seller, true);
        else if (it.terms.evaluator != address(0)) _attestAs(index, it.terms.evaluator, true);
        else if (it.terms.arbiter != address(0)) _resolve(index, it.terms.arbiter, it.released);
    }

    function _anyVerb(uint256 seed, uint256 index, address sender) private {
        Case storage it = _cases[index];
        uint256 verb = _roll(seed, "verb", 12);
        // For as much as one could wish, or nothing.
        uint256 amount = _roll(seed, "nothing", 4) == 0 ? 0 : type(uint96).max;
        if (verb == 0) _submit(index, sender, _roll(seed, "named", 4) != 0);
        else if (verb == 1) _dispute(index, sender);
        else if (verb == 2) _attest(index, sender, _deliverable(it), _roll(seed, "pass", 2) == 0, "");
        else if (verb == 3) _attestAs(index, sender, _roll(seed, "pass", 2) == 0);
        else if (verb == 4) _attest(index, sender, keccak256(abi.encode(seed)), true, "");
        else if (verb == 5) _reveal(index, sender, keccak256(abi.encode(seed)));
        else if (verb == 6) _reveal(index, sender, _keyFor(it.terms.requestId));
        else if (verb == 7) _release(index, sender, amount);
        else if (verb == 8) _refund(index, sender, amount);
        else if (verb == 9) _resolve(index, sender, amount);
        else if (verb == 10) _timeout(index, sender);
        else _oneSided(seed, index, sender);
    }

    /// @dev A release or a settlement that the sender signs for both.
    function _oneSided(uint256 seed, uint256 index, address sender) private {
        Case storage it = _cases[index];
        if (_roll(seed, "settle", 2) == 0) {
            bytes memory own = _sign(sender, escrow.releaseDigest(it.id, type(uint96).max, _time));
            return _releaseSigned(index, _someone(seed, "relay"), type(uint96).max, _time, own);
        }
        bytes32 digest = escrow.settlementDigest(it.id, uint96(it.remaining), uint96(it.remaining), _time);
        bytes memory signature = _sign(sender, digest);
        _settle(index, sender, it.remaining, it.remaining, _time, signature, signature);
    }

    function _codeAccount(uint256 seed) private view returns (address) {
        return accounts[[2, 3, 4, 6, 7, 8][_roll(seed, "account", 6)]];
    }

    function _reentrantCall(uint256 seed, Case storage it, address account) private view returns (Act, bytes memory) {
        IEscrow.Terms memory t = it.terms;
        uint256 verb = _roll(seed, "reenter", 24);
        bytes32 named = _deliverable(it);
        if (verb == 0) return (Act.Guarded, abi.encodeCall(IEscrow.fund, (t, "")));
        if (verb == 1) return (Act.Guarded, abi.encodeCall(IEscrow.fundMany, (new IEscrow.Opening[](0))));
        if (verb == 2) return (Act.Guarded, abi.encodeCall(IEscrow.fundWithAuthorization, (t, "", "")));
        if (verb == 3) return (Act.Guarded, abi.encodeCall(IEscrow.fundWithPermit2, (t, "", 0, "")));
        if (verb == 4) return (Act.Guarded, abi.encodeCall(IEscrow.attest, (t, named, true, "", "")));
        if (verb == 5) return (Act.Guarded, abi.encodeCall(IEscrow.reveal, (t, _keyFor(t.requestId))));
        if (verb == 6) return (Act.Guarded, abi.encodeCall(IEscrow.release, (t, type(uint96).max)));
        if (verb == 7) return (Act.Guarded, abi.encodeCall(IEscrow.releaseWithSignature, (t, 1, _time, "")));
        if (verb == 8) return (Act.Guarded, abi.encodeCall(IEscrow.refund, (t, type(uint96).max)));
        if (verb == 9) return (Act.Guarded, abi.encodeCall(IEscrow.resolve, (t, 0, "")));
        if (verb == 10) return (Act.Guarded, abi.encodeCall(IEscrow.settle, (t, 0, 0, _time, "", "")));
        if (verb == 11) return (Act.Guarded, abi.encodeCall(IEscrow.timeout, (t)));
        if (verb == 12) return (Act.Guarded, abi.encodeCall(IEscrow.withdraw, (t.token, account)));
        if (verb == 13) return (Act.Guarded, abi.encodeCall(IEscrow.withdrawFor, (account, t.token)));
        if (verb == 14) return (Act.Push, abi.encodeCall(IEscrow.push, (t.token, account, 1)));
        if (account == t.buyer) return (Act.Dispute, abi.encodeCall(IEscrow.dispute, (t, "reason")));
        return (Act.Submit, abi.encodeCall(IEscrow.submit, (t, named)));
    }
}
