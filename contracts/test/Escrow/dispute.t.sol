// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowDisputeTest is EscrowTest {
    /* SENDER */

    function test_BeginsTheDispute() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        vm.warp(NOW + 1 hours);
        uint40 timer = NOW + 1 hours + RULING;

        Balances memory before = _watch(terms);
        vm.prank(buyer.addr);
        escrow.dispute(terms, keccak256("reason"));
        _assertLogs(_log(terms, IEscrow.Disputed.selector, address(0), abi.encode(keccak256("reason"), timer)));
        _assertOut(terms, before, Out(0, 0, 0, 0));
        _assertState(id, AMOUNT, 0, timer, IEscrow.Status.Disputed);
    }

    function test_RevertWhen_TheSenderIsNotTheBuyer() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            if (all[i] == buyer.addr) continue;
            _expectWrongSender(all[i], buyer.addr);
            vm.prank(all[i]);
            escrow.dispute(terms, 0);
        }
        _assertState(id, AMOUNT, 0, NOW + REVIEW, IEscrow.Status.Submitted);
    }

    /* STATUS */

    function test_RevertWhen_TheEscrowWasNeverFunded() public {
        _expectWrongStatus(IEscrow.Status.None);
        _dispute(_terms());
    }

    function test_RevertWhen_NothingWasSubmitted() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            if (cases[i].status != IEscrow.Status.Funded) continue;
            _reach(cases[i]);
            _expectWrongStatus(IEscrow.Status.Funded);
            _dispute(cases[i].terms);
        }
    }

    function test_RevertWhen_DisputedTwice() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        vm.warp(NOW + 1);
        _expectWrongStatus(IEscrow.Status.Disputed);
        _dispute(terms);
        _assertState(id, AMOUNT, 0, NOW + RULING, IEscrow.Status.Disputed);
    }

    function test_RevertWhen_Closed() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Closed);
        _expectWrongStatus(IEscrow.Status.Closed);
        _dispute(terms);
    }

    /* WHO DECIDES, AND WHY */

    function test_G9_DisputesWithoutAnArbiter() public {
        IEscrow.Terms memory terms = _terms();
        terms.arbiter = address(0);
        terms.arbiterFeeBps = 0;
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        _assertState(id, AMOUNT, 0, NOW + RULING, IEscrow.Status.Disputed);

        vm.warp(NOW + RULING + 1);
        Balances memory before = _watch(terms);
        escrow.timeout(terms);
        _assertOut(terms, before, Out(58_500_000, 1_500_000, 40_000_000, 0));
    }

    function test_TheVerdictOutlivesTheDispute() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        assertEq(escrow.deliverableOf(id), DELIVERABLE);
        _attest(terms, true);
        assertEq(token.balanceOf(seller.addr), AMOUNT - FEE);
    }

    function test_DisputesWithoutAReason() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        vm.prank(buyer.addr);
        escrow.dispute(terms, 0);
        _assertState(id, AMOUNT, 0, NOW + RULING, IEscrow.Status.Disputed);
    }

    /* INSTANTS */

    function test_A6_DisputesAtTheEndOfTheReview() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        vm.warp(NOW + REVIEW);
        _dispute(terms);
        _assertState(id, AMOUNT, 0, NOW + REVIEW + RULING, IEscrow.Status.Disputed);
    }

    function test_A6_RevertWhen_TheReviewHasEnded() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Submitted);
        vm.warp(NOW + REVIEW + 1);
        _expectExpired(NOW + REVIEW, NOW + REVIEW + 1);
        _dispute(terms);
    }

    function testFuzz_A6_ExactlyOneOfDisputeAndTimeoutIsOpen(uint32 window, uint40 submittedAt, uint40 time) public {
        IEscrow.Terms memory terms = _terms();
        terms.reviewWindow = uint32(bound(window, 24 hours, 365 days));
        _fund(terms);
        submittedAt = uint40(bound(submittedAt, NOW, DELIVER_BY));
        vm.warp(submittedAt);
        _submit(terms);
        bytes memory call_ = abi.encodeCall(IEscrow.dispute, (terms, 0));
        time = uint40(bound(time, submittedAt, type(uint40).max));
        _assertCutByTime(terms, submittedAt + terms.reviewWindow, time, buyer.addr, call_);
    }

    function testFuzz_TheTimerIsTimePlusRulingWindow(uint32 window, uint40 time) public {
        IEscrow.Terms memory terms = _terms();
        terms.rulingWindow = uint32(bound(window, 24 hours, 365 days));
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        time = uint40(bound(time, NOW, NOW + REVIEW));
        vm.warp(time);
        _dispute(terms);
        _assertState(id, AMOUNT, 0, time + terms.rulingWindow, IEscrow.Status.Disputed);
    }

    /* AMOUNTS */

    function test_LeavesTheMoneyAsItIs() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        _giveParts(terms);

        Balances memory before = _balances(terms);
        _dispute(terms);
        _assertOut(terms, before, Out(0, 0, 0, 0));
        _assertState(id, 20_000_000, 40_000_000, NOW + RULING, IEscrow.Status.Disputed);
    }
}
