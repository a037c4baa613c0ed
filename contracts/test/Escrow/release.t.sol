// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowReleaseTest is EscrowTest {
    /* SENDER */

    function test_PaysAllFromEveryOpenState() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            IEscrow.Terms memory terms = cases[i].terms;
            bytes32 id = _reach(cases[i]);
            Balances memory before = _watch(terms);
            _release(terms, AMOUNT);
            _assertLogs(_paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Release));
            _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
            _assertState(id, 0, AMOUNT, _timerOf(cases[i].status), IEscrow.Status.Closed);
        }
    }

    function test_PaysAPartFromEveryOpenState() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            IEscrow.Terms memory terms = cases[i].terms;
            bytes32 id = _reach(cases[i]);
            Balances memory before = _watch(terms);
            _release(terms, 40_000_000);
            _assertLogs(_paid(terms, 39_000_000, 1_000_000, 60_000_000, IEscrow.Cause.Release));
            _assertOut(terms, before, Out(39_000_000, 1_000_000, 0, 0));
            _assertState(id, 60_000_000, 40_000_000, _timerOf(cases[i].status), cases[i].status);
            assertEq(escrow.stateOf(id).passed, cases[i].passed);
        }
    }

    function test_RevertWhen_TheSenderIsNotTheBuyer() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            if (all[i] == buyer.addr) continue;
            _expectWrongSender(all[i], buyer.addr);
            vm.prank(all[i]);
            escrow.release(terms, AMOUNT);
        }
        _assertState(id, AMOUNT, 0, NOW + REVIEW, IEscrow.Status.Submitted);
    }

    /* STATUS */

    function test_RevertWhen_TheEscrowWasNeverFunded() public {
        _expectWrongStatus(IEscrow.Status.None);
        _release(_terms(), AMOUNT);
    }

    function test_RevertWhen_Closed() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Closed);
        _expectWrongStatus(IEscrow.Status.Closed);
        _release(terms, type(uint96).max);
    }

    /* INSTANTS */

    function testFuzz_TimeNeverCutsARelease(uint40 time) public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            vm.warp(NOW);
            bytes32 id = _reach(cases[i]);
            vm.warp(bound(time, NOW, type(uint40).max));
            _release(cases[i].terms, AMOUNT);
            _assertState(id, 0, AMOUNT, _timerOf(cases[i].status), IEscrow.Status.Closed);
        }
    }

    /* AMOUNTS */

    function test_RevertWhen_UpToIsZero() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        _expectNothingToPay(terms, 0);
    }

    function test_RevertWhen_TheSellerHasReceivedAsMuch() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        _release(terms, 40_000_000);
        _expectNothingToPay(terms, 40_000_000);
        _expectNothingToPay(terms, 39_999_999);
        _expectNothingToPay(terms, 0);
        _assertState(id, 60_000_000, 40_000_000, DELIVER_BY, IEscrow.Status.Funded);
    }

    function test_PaysTheDifference() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        _release(terms, 40_000_000);
        Balances memory before = _watch(terms);
        _release(terms, 40_000_001);
        // 40,000,001 at 2.5 % is 1,000,000.025.
        _assertLogs(_paid(terms, 1, 0, 59_999_999, IEscrow.Cause.Release));
        _assertOut(terms, before, Out(1, 0, 0, 0));
        _assertState(id, 59_999_999, 40_000_001, DELIVER_BY, IEscrow.Status.Funded);
    }

    function test_PaysAtMostWhatIsLeft() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        _giveParts(terms);
        Balances memory before = _watch(terms);
        _release(terms, type(uint96).max);
        _assertLogs(_paid(terms, 19_500_000, 500_000, 0, IEscrow.Cause.Release));
        _assertOut(terms, before, Out(19_500_000, 500_000, 0, 0));
        _assertState(id, 0, 60_000_000, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_ARefundIsNotReceived() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        vm.prank(seller.addr);
        escrow.refund(terms, 30_000_000);
        _release(terms, 40_000_000);
        _assertState(id, 30_000_000, 40_000_000, DELIVER_BY, IEscrow.Status.Funded);
    }

    function testFuzz_PaysExactlyWhatIsAsked(uint96 released, uint96 refunded, uint96 upTo) public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        released = uint96(bound(released, 0, AMOUNT - 1));
        refunded = uint96(bound(refunded, 0, AMOUNT - 1 - released));
        upTo = uint96(bound(upTo, 0, 2 * AMOUNT));
        if (released != 0) _release(terms, released);
        if (refunded != 0) {
            vm.prank(seller.addr);
            escrow.refund(terms, refunded);
        }
        uint96 remaining = AMOUNT - released - refunded;
        uint96 due = upTo > released ? uint96(Math.min(upTo - released, remaining)) : 0;
        Balances memory before = _balances(terms);
        if (due == 0) {
            _expectNothingToPay(terms, upTo);
        } else {
            _release(terms, upTo);
            uint256 fee = uint256(released + due) * FEE / AMOUNT - uint256(released) * FEE / AMOUNT;
            _assertOut(terms, before, Out(due - fee, fee, 0, 0));
        }
        IEscrow.Status status = due == remaining ? IEscrow.Status.Closed : IEscrow.Status.Funded;
        _assertState(id, remaining - due, released + due, DELIVER_BY, status);
    }

    /* FEE */

    function test_A13_AUnitCanBeAllFee() public {
        // A fee of 20 %: every fifth unit is the fee recipient's.
        IEscrow.Terms memory terms = _terms();
        terms.amount = 10;
        terms.feeAmount = 2;
        _fund(terms);
        for (uint96 upTo = 1; upTo <= 10; ++upTo) {
            uint256 fee = upTo % 5 == 0 ? 1 : 0;
            Balances memory before = _watch(terms);
            _release(terms, upTo);
            _assertLogs(_paid(terms, 1 - fee, fee, 10 - upTo, IEscrow.Cause.Release));
            _assertOut(terms, before, Out(1 - fee, fee, 0, 0));
        }
    }

    function testFuzz_A13_TheFeeOfPartsIsTheFeeOfTheirSum(uint96 amount, uint96 feeAmount, uint96[8] memory parts)
        public
    {
        IEscrow.Terms memory terms = _terms();
        terms.amount = amount = uint96(bound(amount, 5, type(uint96).max));
        terms.feeAmount = feeAmount = uint96(bound(feeAmount, 1, amount / 5));
        token.mint(buyer.addr, amount);
        bytes32 id = _fund(terms);

        uint256 sum;
        for (uint256 i; i < parts.length && sum < amount; ++i) {
            // Half of the parts are a few units, where rounding would show.
            uint256 part = bound(parts[i], 1, Math.min(amount - sum, i % 2 == 0 ? 3 : type(uint96).max));
            sum += part;
            Balances memory before = _balances(terms);
            _release(terms, uint96(sum));
            uint256 fee = token.balanceOf(feeRecipient) - before.feeRecipient;
            assertLe(fee, part);
            _assertOut(terms, before, Out(part - fee, fee, 0, 0));
            assertEq(token.balanceOf(feeRecipient), uint256(feeAmount) * sum / amount);
        }
        assertEq(escrow.stateOf(id).released, sum);
        assertEq(token.balanceOf(seller.addr), sum - uint256(feeAmount) * sum / amount);
    }

    function test_A13_PaysTheLargestAmount() public {
        IEscrow.Terms memory terms = _terms();
        terms.amount = type(uint96).max;
        terms.feeAmount = type(uint96).max / 5;
        token.mint(buyer.addr, type(uint96).max);
        bytes32 id = _fund(terms);
        Balances memory before = _watch(terms);
        _release(terms, type(uint96).max);
        _assertOut(terms, before, Out(type(uint96).max - type(uint96).max / 5, type(uint96).max / 5, 0, 0));
        _assertState(id, 0, type(uint96).max, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_PaysWithoutAFee() public {
        IEscrow.Terms memory terms = _terms();
        terms.feeRecipient = address(0);
        terms.feeAmount = 0;
        _fund(terms);
        Balances memory before = _watch(terms);
        _release(terms, AMOUNT);
        _assertLogs(_paid(terms, AMOUNT, 0, 0, IEscrow.Cause.Release));
        _assertOut(terms, before, Out(AMOUNT, 0, 0, 0));
    }

    /* NATIVE COIN AND CHAIN */

    function test_PaysInNativeCoin() public {
        IEscrow.Terms memory terms = _native(_terms());
        bytes32 id = _fund(terms);
        Balances memory before = _watch(terms);
        _release(terms, 40_000_000);
        _assertLogs(_paid(terms, 39_000_000, 1_000_000, 60_000_000, IEscrow.Cause.Release));
        _assertOut(terms, before, Out(39_000_000, 1_000_000, 0, 0));
        _release(terms, AMOUNT);
        _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
        _assertState(id, 0, AMOUNT, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_PaysAfterTheChainsIdHasChanged() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        vm.chainId(terms.chainId + 1);
        _release(terms, AMOUNT);
        _assertState(id, 0, AMOUNT, DELIVER_BY, IEscrow.Status.Closed);
    }

    /* SHORTHAND */

    function _release(IEscrow.Terms memory terms, uint96 upTo) private {
        vm.prank(buyer.addr);
        escrow.release(terms, upTo);
    }

    function _expectNothingToPay(IEscrow.Terms memory terms, uint96 upTo) private {
        vm.expectRevert(IEscrow.NothingToPay.selector);
        _release(terms, upTo);
    }
}
