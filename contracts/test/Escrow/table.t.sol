// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {EscrowTest} from "./EscrowTest.sol";

/// @dev Holds the contract against the tables of docs/contracts/states.md: what they name happens, and nothing else does.
contract EscrowTableTest is EscrowTest {
    string private constant PAGE = "../docs/contracts/states.md";
    string private constant ANY = "Every open state";
    string private constant ARBITER = "Review with an arbiter";
    string private constant NO_ARBITER = "Review without an arbiter";
    string private constant EVALUATOR = "Review with an evaluator and an arbiter";
    string private constant EXCHANGE = "Exchange";
    string private constant VERIFIED = "Verified exchange";

    bytes32 private constant NOTHING = keccak256(unicode"–");
    uint256 private constant ACTORS = 7;
    uint256 private constant VERBS = 19;
    uint256 private constant INSTANTS = 4;

    /// @dev A row of a table of rules.
    struct Rule {
        string way;
        string state;
        string verb;
        string who;
        bytes32 before;
        bytes32 later;
        bool used;
    }

    /// @dev A row of a table of silences.
    struct Silence {
        string way;
        string state;
        string role;
        string left;
    }

    /// @dev What one cell of the table says.
    struct Cell {
        bool found;
        string who;
        bytes32 before;
        bytes32 later;
    }

    Rule[] private _rules;
    Silence[] private _silences;

    string[ACTORS] private _roles =
        ["buyer", "seller", "arbiter", "evaluator", "operator", "fee recipient", "stranger"];

    string[VERBS] private _verbs = [
        "submit",
        "dispute",
        "resolve",
        "timeout",
        "attest a pass",
        "attest a failure",
        "attest a signed pass",
        "attest a signed failure",
        "attest another deliverable",
        "reveal",
        "reveal another key",
        "release",
        "releaseWithSignature",
        "releaseWithSignature of the seller",
        "refund",
        "settle with both signatures",
        "settle with the seller's signature",
        "settle with the buyer's signature",
        "settle without a signature"
    ];

    function setUp() public override {
        super.setUp();
        string memory way;
        string[] memory lines = vm.split(vm.readFile(PAGE), "\n");
        for (uint256 i; i < lines.length; ++i) {
            bytes memory line = bytes(lines[i]);
            if (line.length > 3 && line[0] == "#" && line[1] == "#") way = vm.split(lines[i], "## ")[1];
            if (line.length < 3 || line[0] != "|" || line[1] != " ") continue;
            string[] memory cells = vm.split(lines[i], "|");
            for (uint256 c; c < cells.length; ++c) {
                cells[c] = vm.trim(cells[c]);
            }
            if (_same(cells[1], "state")) continue;
            if (cells.length == 5) _silences.push(Silence(way, cells[1], cells[2], cells[3]));
            else _rules.push(_rule(way, cells));
        }
    }

    function test_ReviewWithAnArbiterIsAsTheTableSays() public {
        _assertWay(ARBITER);
    }

    function test_ReviewWithoutAnArbiterIsAsTheTableSays() public {
        _assertWay(NO_ARBITER);
    }

    function test_ReviewWithAnEvaluatorIsAsTheTableSays() public {
        _assertWay(EVALUATOR);
    }

    function test_ExchangeIsAsTheTableSays() public {
        _assertWay(EXCHANGE);
    }

    function test_VerifiedExchangeIsAsTheTableSays() public {
        _assertWay(VERIFIED);
    }

    /// @dev Follows from the tables of rules, which the tests above hold against the contract: a row for each state and role,
    /// and in it what needs nothing of the silent one.
    function test_WhatIsLeftInASilenceIsAsTheTableSays() public view {
        uint256 rows;
        for (uint256 w; w < 5; ++w) {
            string memory way = [ARBITER, NO_ARBITER, EVALUATOR, EXCHANGE, VERIFIED][w];
            string[] memory states = _openStates(way);
            for (uint256 s; s < states.length; ++s) {
                IEscrow.Terms memory terms = _termsOf(way);
                for (uint256 r; r < 4; ++r) {
                    if (r == 2 && terms.arbiter == address(0)) continue;
                    if (r == 3 && terms.evaluator == address(0)) continue;
                    _assertSilence(way, states[s], _roles[r]);
                    ++rows;
                }
                _assertSilence(way, states[s], "everybody");
                ++rows;
            }
        }
        assertEq(rows, _silences.length, "a row of a silence that cannot be");
    }

    /* THE TABLES */

    function _rule(string memory way, string[] memory cells) private pure returns (Rule memory) {
        assertEq(cells.length, 7, "a row of five columns");
        bytes32 before = keccak256(bytes(cells[4]));
        return Rule(way, cells[1], cells[2], cells[3], before, keccak256(bytes(cells[5])), false);
    }

    function _same(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }

    /// @dev In a table of the way itself, or, of an open state, in the one of all.
    function _isOf(Rule storage rule, string memory way, string memory state) private view returns (bool) {
        if (_same(rule.way, way)) return _same(rule.state, state);
        return _same(rule.way, ANY) && !_same(state, "None") && !_same(state, "Closed");
    }

    function _cell(string memory way, string memory state, string memory verb) private returns (Cell memory cell) {
        cell.before = cell.later = NOTHING;
        for (uint256 i; i < _rules.length; ++i) {
            if (!_same(_rules[i].verb, verb) || !_isOf(_rules[i], way, state)) continue;
            assertFalse(cell.found, "two rows for one cell");
            cell = Cell(true, _rules[i].who, _rules[i].before, _rules[i].later);
            _rules[i].used = true;
        }
    }

    function _openStates(string memory way) private pure returns (string[] memory states) {
        states = new string[](_same(way, EXCHANGE) ? 1 : _same(way, VERIFIED) ? 2 : 3);
        states[0] = "Funded";
        if (states.length == 2) states[1] = "Passed";
        if (states.length == 3) (states[1], states[2]) = ("Submitted", "Disputed");
    }

    /* EVERY CELL */

    function _assertWay(string memory way) private {
        IEscrow.Terms memory terms = _termsOf(way);
        _assertCells(way, terms, "None", NOW + 1 days);
        uint256 beginning = vm.snapshotState();
        _fund(terms);
        vm.prank(buyer.addr);
        escrow.release(terms, type(uint96).max);
        _assertCells(way, terms, "Closed", DELIVER_BY);
        vm.revertToState(beginning);

        _fund(terms);
        _assertCells(way, terms, "Funded", DELIVER_BY);
        if (_same(way, VERIFIED)) {
            _attest(terms, true);
            _assertCells(way, terms, "Passed", DELIVER_BY);
        } else if (!_same(way, EXCHANGE)) {
            _submit(terms);
            _assertCells(way, terms, "Submitted", NOW + REVIEW);
            _dispute(terms);
            _assertCells(way, terms, "Disputed", NOW + RULING);
        }
        for (uint256 i; i < _rules.length; ++i) {
            if (_same(_rules[i].way, way)) assertTrue(_rules[i].used, string.concat("no such cell: ", _rules[i].verb));
        }
    }

    function _assertCells(string memory way, IEscrow.Terms memory terms, string memory state, uint256 timer) private {
        for (uint256 v; v < VERBS; ++v) {
            Cell memory cell = _cell(way, state, _verbs[v]);
            bytes memory data = _call(terms, v);
            for (uint256 a; a < ACTORS; ++a) {
                for (uint256 i; i < INSTANTS; ++i) {
                    uint256 time = [uint256(NOW) + 1, timer - 1, timer, timer + 1][i];
                    bool may = cell.found && (_same(cell.who, "anyone") || _same(cell.who, _roles[a]));
                    bytes32 outcome = !may ? NOTHING : time <= timer ? cell.before : cell.later;
                    string memory name = string.concat(way, ", ", state, ": ", _verbs[v], " by ", _roles[a]);
                    _assertCell(terms, data, _actor(a), time, outcome, name);
                }
            }
        }
    }

    /// @dev It comes to this, and then time closes it; afterwards all is as it was.
    function _assertCell(
        IEscrow.Terms memory terms,
        bytes memory data,
        address sender,
        uint256 time,
        bytes32 outcome,
        string memory name
    ) private {
        uint256 here = vm.snapshotState();
        vm.warp(time);
        Balances memory before = _balances(terms);
        IEscrow.State memory from = escrow.stateOf(escrow.idOf(terms));
        vm.prank(sender);
        (bool success,) = address(escrow).call(data);
        assertEq(success, outcome != NOTHING, name);
        IEscrow.State memory to = escrow.stateOf(escrow.idOf(terms));
        if (!success) assertEq(abi.encode(from), abi.encode(to), name);
        else _assertOutcome(terms, before, from, to, outcome, name);

        if (to.status != IEscrow.Status.None && to.status != IEscrow.Status.Closed) {
            if (time <= to.timer) vm.warp(uint256(to.timer) + 1);
            vm.prank(stranger.addr);
            escrow.timeout(terms);
            to = escrow.stateOf(escrow.idOf(terms));
            assertEq(to.remaining, 0, name);
            assertEq(uint8(to.status), uint8(IEscrow.Status.Closed), name);
            assertEq(_balance(terms.token, address(escrow)), 0, name);
        }
        vm.revertToState(here);
    }

    function _assertOutcome(
        IEscrow.Terms memory terms,
        Balances memory before,
        IEscrow.State memory from,
        IEscrow.State memory to,
        bytes32 outcome,
        string memory name
    ) private view {
        bool passed = outcome == keccak256("Passed");
        if (passed || outcome == keccak256("Submitted") || outcome == keccak256("Disputed")) {
            uint8 status = uint8(passed ? from.status : IEscrow.Status(uint8(from.status) + 1));
            assertEq(uint8(to.status), status, name);
            assertEq(outcome == keccak256("Disputed"), to.status == IEscrow.Status.Disputed, name);
            assertEq(to.passed, passed, name);
            assertEq(to.remaining, from.remaining, name);
            _assertOut(terms, before, Out(0, 0, 0, 0));
            return;
        }
        assertEq(uint8(to.status), uint8(IEscrow.Status.Closed), name);
        // Written out: 100 of them, 2.5 the fee of all; split at 60 %; ruled 40 for the seller after 3 for the arbiter.
        if (outcome == keccak256("all to the seller")) {
            _assertOut(terms, before, Out(97_500_000, 2_500_000, 0, 0));
        } else if (outcome == keccak256("all to the buyer")) {
            _assertOut(terms, before, Out(0, 0, 100_000_000, 0));
        } else if (outcome == keccak256("split")) {
            _assertOut(terms, before, Out(58_500_000, 1_500_000, 40_000_000, 0));
        } else if (outcome == keccak256("as settled")) {
            _assertOut(terms, before, Out(9_750_000, 250_000, 90_000_000, 0));
        } else if (outcome == keccak256("as ruled")) {
            _assertOut(terms, before, Out(39_000_000, 1_000_000, 57_000_000, 3_000_000));
        } else {
            revert(string.concat("no such outcome: ", name));
        }
    }

    function _assertSilence(string memory way, string memory state, string memory role) private view {
        string memory left;
        string memory last;
        for (uint256 i; i < _rules.length; ++i) {
            string memory verb = _rules[i].verb;
            if (!_isOf(_rules[i], way, state) || _needs(_rules[i], verb, role)) continue;
            string memory first = vm.split(verb, " ")[0];
            if (_same(first, "releaseWithSignature")) first = "release";
            if (_same(first, last) || _contains(left, first)) continue;
            left = bytes(left).length == 0 ? first : string.concat(left, ", ", first);
            last = first;
        }
        uint256 found;
        for (uint256 i; i < _silences.length; ++i) {
            Silence storage row = _silences[i];
            if (!_same(row.way, way) || !_same(row.state, state) || !_same(row.role, role)) continue;
            assertEq(row.left, left, string.concat(way, ", ", state, ", silent: ", role));
            ++found;
        }
        assertEq(found, 1, string.concat(way, ", ", state, ", silent: ", role));
    }

    function _contains(string memory list, string memory item) private pure returns (bool) {
        return bytes(list).length != 0 && vm.indexOf(list, item) != type(uint256).max;
    }

    /// @dev Whether this verb, in this form, needs the silent one: as its sender, for its signature, or for its key.
    function _needs(Rule storage rule, string memory verb, string memory role) private view returns (bool) {
        bool everybody = _same(role, "everybody");
        if (_same(rule.who, role) || (everybody && !_same(rule.who, "anyone"))) return true;
        if (_contains(verb, "attest")) return everybody || _same(role, "evaluator");
        if (_contains(verb, "settle")) return everybody || _same(role, "buyer") || _same(role, "seller");
        if (_same(verb, "reveal")) return everybody || _same(role, "seller");
        return _same(verb, "releaseWithSignature") && (everybody || _same(role, "buyer"));
    }

    /* WHO AND WHAT */

    function _termsOf(string memory way) private view returns (IEscrow.Terms memory terms) {
        if (_same(way, EXCHANGE)) return _exchange();
        if (_same(way, VERIFIED)) return _verifiedExchange();
        if (_same(way, EVALUATOR)) return _evaluated();
        terms = _terms();
        if (_same(way, NO_ARBITER)) (terms.arbiter, terms.arbiterFeeBps) = (address(0), 0);
    }

    function _actor(uint256 actor) private view returns (address) {
        if (actor == 5) return feeRecipient;
        return [buyer.addr, seller.addr, arbiter.addr, evaluator.addr, operator.addr, address(0), stranger.addr][actor];
    }

    /// @dev Each verb of `_verbs` with arguments that are in order.
    function _call(IEscrow.Terms memory terms, uint256 verb) private view returns (bytes memory) {
        if (verb == 0) return abi.encodeCall(IEscrow.submit, (terms, DELIVERABLE));
        if (verb == 1) return abi.encodeCall(IEscrow.dispute, (terms, keccak256("reason")));
        if (verb == 2) return abi.encodeCall(IEscrow.resolve, (terms, 40_000_000, keccak256("ruling")));
        if (verb == 3) return abi.encodeCall(IEscrow.timeout, (terms));
        if (verb < 8) return _verdict(terms, verb % 2 == 0, verb > 5);
        if (verb == 8) return abi.encodeCall(IEscrow.attest, (terms, keccak256("another"), true, EVIDENCE, ""));
        if (verb == 9) return abi.encodeCall(IEscrow.reveal, (terms, KEY));
        if (verb == 10) return abi.encodeCall(IEscrow.reveal, (terms, keccak256("another")));
        if (verb == 11) return abi.encodeCall(IEscrow.release, (terms, type(uint96).max));
        if (verb < 14) {
            bytes32 digest = escrow.releaseDigest(escrow.idOf(terms), type(uint96).max, type(uint40).max);
            bytes memory signature = _sign(verb == 12 ? buyer : seller, digest);
            return abi.encodeCall(IEscrow.releaseWithSignature, (terms, type(uint96).max, type(uint40).max, signature));
        }
        if (verb == 14) return abi.encodeCall(IEscrow.refund, (terms, AMOUNT));
        return _settlement(terms, verb == 15 || verb == 17, verb == 15 || verb == 16);
    }

    function _verdict(IEscrow.Terms memory terms, bool pass, bool signed) private view returns (bytes memory) {
        bytes32 digest = escrow.verdictDigest(escrow.idOf(terms), DELIVERABLE, pass, EVIDENCE);
        bytes memory signature = signed ? _sign(evaluator, digest) : bytes("");
        return abi.encodeCall(IEscrow.attest, (terms, DELIVERABLE, pass, EVIDENCE, signature));
    }

    function _settlement(IEscrow.Terms memory terms, bool byBuyer, bool bySeller) private view returns (bytes memory) {
        bytes32 digest = escrow.settlementDigest(escrow.idOf(terms), AMOUNT, 10_000_000, type(uint40).max);
        bytes memory buyers = byBuyer ? _sign(buyer, digest) : bytes("");
        bytes memory sellers = bySeller ? _sign(seller, digest) : bytes("");
        return abi.encodeCall(IEscrow.settle, (terms, AMOUNT, 10_000_000, type(uint40).max, buyers, sellers));
    }
}
