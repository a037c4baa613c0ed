// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowSubmitTest is EscrowTest {
    /* SENDER */

    function test_BeginsTheReview() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        vm.warp(NOW + 1 hours);
        uint40 timer = NOW + 1 hours + REVIEW;

        Balances memory before = _watch(terms);
        vm.prank(seller.addr);
        escrow.submit(terms, DELIVERABLE);
        _assertLogs(_log(terms, IEscrow.Submitted.selector, address(0), abi.encode(DELIVERABLE, timer)));
        _assertOut(terms, before, Out(0, 0, 0, 0));
        _assertState(id, AMOUNT, 0, timer, IEscrow.Status.Submitted);
    }

    function test_RevertWhen_TheSenderIsNotTheSeller() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _fund(terms);
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            if (all[i] == seller.addr) continue;
            _expectWrongSender(all[i], seller.addr);
            vm.prank(all[i]);
            escrow.submit(terms, DELIVERABLE);
        }
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    function test_RevertWhen_TheTermsNameAnotherSeller() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        // Then they are the terms of another escrow, which nobody funded.
        terms.seller = stranger.addr;
        _expectWrongStatus(IEscrow.Status.None);
        vm.prank(stranger.addr);
        escrow.submit(terms, DELIVERABLE);
    }

    /* STATUS */

    function test_RevertWhen_TheEscrowWasNeverFunded() public {
        _expectWrongStatus(IEscrow.Status.None);
        _submit(_terms());
    }

    function test_RevertWhen_SubmittedTwice() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        vm.warp(NOW + 1);
        bytes32[2] memory deliverables = [DELIVERABLE, keccak256("better")];
        for (uint256 i; i < deliverables.length; ++i) {
            _expectWrongStatus(IEscrow.Status.Submitted);
            vm.prank(seller.addr);
            escrow.submit(terms, deliverables[i]);
        }
        assertEq(escrow.deliverableOf(id), DELIVERABLE);
        _assertState(id, AMOUNT, 0, NOW + REVIEW, IEscrow.Status.Submitted);
    }

    function test_RevertWhen_Disputed() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Disputed);
        _expectWrongStatus(IEscrow.Status.Disputed);
        _submit(terms);
    }

    function test_RevertWhen_Closed() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Closed);
        _expectWrongStatus(IEscrow.Status.Closed);
        _submit(terms);
    }

    /* WAY OF DELIVERY */

    function test_RevertWhen_TheDeliverableIsSealed() public {
        Case[] memory cases = _openCases();
        for (uint256 i = 6; i < cases.length; ++i) {
            bytes32 id = _reach(cases[i]);
            vm.expectRevert(IEscrow.Sealed.selector);
            _submit(cases[i].terms);
            _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
        }
    }

    function test_KeepsTheDeliverableForTheEvaluator() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _fund(terms);
        assertEq(escrow.deliverableOf(id), 0);
        _submit(terms);
        assertEq(escrow.deliverableOf(id), DELIVERABLE);
    }

    function test_KeepsNoDeliverableWithoutAnEvaluator() public {
        bytes32 id = _reach(_terms(), IEscrow.Status.Submitted);
        assertEq(escrow.deliverableOf(id), 0);
    }

    function test_RevertWhen_TheDeliverableIsZero() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        vm.expectRevert(IEscrow.ZeroDeliverable.selector);
        vm.prank(seller.addr);
        escrow.submit(terms, 0);
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    /* INSTANTS */

    function test_A6_SubmitsAtDeliverBy() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        vm.warp(DELIVER_BY);
        _submit(terms);
        _assertState(id, AMOUNT, 0, DELIVER_BY + REVIEW, IEscrow.Status.Submitted);
    }

    function test_A6_RevertWhen_DeliverByHasPassed() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        vm.warp(DELIVER_BY + 1);
        _expectExpired(DELIVER_BY, DELIVER_BY + 1);
        _submit(terms);
    }

    function testFuzz_A6_ExactlyOneOfSubmitAndTimeoutIsOpen(uint40 deliverBy, uint40 time) public {
        IEscrow.Terms memory terms = _terms();
        terms.deliverBy = uint40(bound(deliverBy, NOW + 1 hours, NOW + 730 days));
        _fund(terms);
        bytes memory call_ = abi.encodeCall(IEscrow.submit, (terms, DELIVERABLE));
        _assertCutByTime(terms, terms.deliverBy, bound(time, NOW, type(uint40).max), seller.addr, call_);
    }

    function testFuzz_TheTimerIsTimePlusReviewWindow(uint32 window, uint40 deliverBy, uint40 time) public {
        IEscrow.Terms memory terms = _terms();
        terms.reviewWindow = uint32(bound(window, 24 hours, 365 days));
        terms.deliverBy = uint40(bound(deliverBy, NOW + 1 hours, NOW + 730 days));
        bytes32 id = _fund(terms);
        time = uint40(bound(time, NOW, terms.deliverBy));
        vm.warp(time);
        _submit(terms);
        _assertState(id, AMOUNT, 0, time + terms.reviewWindow, IEscrow.Status.Submitted);
    }

    /* AMOUNTS AND CHAIN */

    function test_LeavesTheMoneyAsItIs() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        _giveParts(terms);

        Balances memory before = _balances(terms);
        _submit(terms);
        _assertOut(terms, before, Out(0, 0, 0, 0));
        _assertState(id, 20_000_000, 40_000_000, NOW + REVIEW, IEscrow.Status.Submitted);
    }

    function test_SubmitsAfterTheChainsIdHasChanged() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        vm.chainId(terms.chainId + 1);
        _submit(terms);
        _assertState(id, AMOUNT, 0, NOW + REVIEW, IEscrow.Status.Submitted);
    }
}
