// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowRefundTest is EscrowTest {
    /* SENDER */

    function test_ReturnsAllFromEveryOpenState() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            IEscrow.Terms memory terms = cases[i].terms;
            bytes32 id = _reach(cases[i]);
            Balances memory before = _watch(terms);
            _refund(terms, AMOUNT);
            _assertLogs(_returned(terms, AMOUNT, 0, IEscrow.Cause.Refund));
            _assertOut(terms, before, Out(0, 0, AMOUNT, 0));
            _assertState(id, 0, 0, _timerOf(cases[i].status), IEscrow.Status.Closed);
        }
    }

    function test_ReturnsAPartFromEveryOpenState() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            IEscrow.Terms memory terms = cases[i].terms;
            bytes32 id = _reach(cases[i]);
            Balances memory before = _watch(terms);
            _refund(terms, 40_000_000);
            _assertLogs(_returned(terms, 40_000_000, 60_000_000, IEscrow.Cause.Refund));
            _assertOut(terms, before, Out(0, 0, 40_000_000, 0));
            _assertState(id, 60_000_000, 0, _timerOf(cases[i].status), cases[i].status);
            assertEq(escrow.stateOf(id).passed, cases[i].passed);
        }
    }

    function test_RevertWhen_TheSenderIsNotTheSeller() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            if (all[i] == seller.addr) continue;
            _expectWrongSender(all[i], seller.addr);
            vm.prank(all[i]);
            escrow.refund(terms, AMOUNT);
        }
        _assertState(id, AMOUNT, 0, NOW + REVIEW, IEscrow.Status.Submitted);
    }

    /* STATUS */

    function test_G3_RevertWhen_TheEscrowWasNeverFunded() public {
        // Whatever the contract holds for others.
        _fund(_exchange());
        IEscrow.Terms memory terms = _terms();
        terms.nonce = 8;
        _expectWrongStatus(IEscrow.Status.None);
        _refund(terms, AMOUNT);
    }

    function test_RevertWhen_Closed() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Closed);
        _expectWrongStatus(IEscrow.Status.Closed);
        _refund(terms, 1);
    }

    /* INSTANTS */

    function testFuzz_TimeNeverCutsARefund(uint40 time) public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            vm.warp(NOW);
            bytes32 id = _reach(cases[i]);
            vm.warp(bound(time, NOW, type(uint40).max));
            _refund(cases[i].terms, AMOUNT);
            _assertState(id, 0, 0, _timerOf(cases[i].status), IEscrow.Status.Closed);
        }
    }

    /* AMOUNTS */

    function test_RevertWhen_TheAmountIsZero() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        vm.expectRevert(IEscrow.NothingToPay.selector);
        _refund(terms, 0);
    }

    function test_G2_ReturnsExactlyWhatIsLeft() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        _giveParts(terms);
        Balances memory before = _watch(terms);
        _refund(terms, 20_000_000);
        _assertLogs(_returned(terms, 20_000_000, 0, IEscrow.Cause.Refund));
        _assertOut(terms, before, Out(0, 0, 20_000_000, 0));
        _assertState(id, 0, 40_000_000, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_G2_ReturnsAtMostWhatIsLeft() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        _giveParts(terms);
        Balances memory before = _watch(terms);
        _refund(terms, 20_000_001);
        _assertLogs(_returned(terms, 20_000_000, 0, IEscrow.Cause.Refund));
        _assertOut(terms, before, Out(0, 0, 20_000_000, 0));
        _assertState(id, 0, 40_000_000, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_G1_TwoRefundsNeverReturnMoreThanThereIs() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        Balances memory before = _watch(terms);
        _refund(terms, 60_000_000);
        _refund(terms, 60_000_000);
        _assertLogs(
            _returned(terms, 60_000_000, 40_000_000, IEscrow.Cause.Refund),
            _returned(terms, 40_000_000, 0, IEscrow.Cause.Refund)
        );
        _assertOut(terms, before, Out(0, 0, AMOUNT, 0));
        _expectWrongStatus(IEscrow.Status.Closed);
        _refund(terms, 60_000_000);
    }

    function testFuzz_G8_ReturnsExactlyWhatIsAsked(uint96 released, uint96 amount) public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        released = uint96(bound(released, 0, AMOUNT - 1));
        amount = uint96(bound(amount, 1, 2 * AMOUNT));
        if (released != 0) {
            vm.prank(buyer.addr);
            escrow.release(terms, released);
        }
        uint96 returned = uint96(Math.min(amount, AMOUNT - released));
        Balances memory before = _watch(terms);
        _refund(terms, amount);
        _assertLogs(_returned(terms, returned, AMOUNT - released - returned, IEscrow.Cause.Refund));
        // The fee for what the seller got stays paid.
        _assertOut(terms, before, Out(0, 0, returned, 0));
        IEscrow.Status status = released + returned == AMOUNT ? IEscrow.Status.Closed : IEscrow.Status.Funded;
        _assertState(id, AMOUNT - released - returned, released, DELIVER_BY, status);
    }

    /* RECIPIENT AND NATIVE COIN */

    function test_G13_ReturnsToTheBuyerOfTheTerms() public {
        // The terms are the escrow: who names another buyer names another escrow.
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        terms.buyer = stranger.addr;
        _expectWrongStatus(IEscrow.Status.None);
        _refund(terms, AMOUNT);

        terms.buyer = buyer.addr;
        Balances memory before = _balances(terms);
        _refund(terms, AMOUNT);
        _assertOut(terms, before, Out(0, 0, AMOUNT, 0));
    }

    function test_ReturnsNativeCoin() public {
        IEscrow.Terms memory terms = _native(_terms());
        bytes32 id = _fund(terms);
        Balances memory before = _watch(terms);
        _refund(terms, 40_000_000);
        _assertLogs(_returned(terms, 40_000_000, 60_000_000, IEscrow.Cause.Refund));
        _assertOut(terms, before, Out(0, 0, 40_000_000, 0));
        _assertState(id, 60_000_000, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    function _refund(IEscrow.Terms memory terms, uint96 amount) private {
        vm.prank(seller.addr);
        escrow.refund(terms, amount);
    }
}
