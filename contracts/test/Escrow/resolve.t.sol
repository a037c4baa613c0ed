// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowResolveTest is EscrowTest {
    bytes32 private constant RULING_HASH = keccak256("ruling");

    /* SENDER */

    function test_PaysArbiterSellerAndBuyer() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        Balances memory before = _watch(terms);
        _resolve(terms, 60_000_000);
        // 3 % to the arbiter; 2.5 % of the seller's 60 are the fee.
        _assertLogs(
            _resolved(terms, 60_000_000, 3_000_000, RULING_HASH),
            _paid(terms, 58_500_000, 1_500_000, 0, IEscrow.Cause.Ruling),
            _returned(terms, 37_000_000, 0, IEscrow.Cause.Ruling)
        );
        _assertOut(terms, before, Out(58_500_000, 1_500_000, 37_000_000, 3_000_000));
        _assertState(id, 0, 60_000_000, NOW + RULING, IEscrow.Status.Closed);
    }

    function test_G11_RevertWhen_TheSenderIsNotTheArbiter() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            if (all[i] == arbiter.addr) continue;
            _expectWrongSender(all[i], arbiter.addr);
            vm.prank(all[i]);
            escrow.resolve(terms, AMOUNT, RULING_HASH);
        }
        _assertState(id, AMOUNT, 0, NOW + RULING, IEscrow.Status.Disputed);
    }

    function test_RevertWhen_ThereIsNoArbiter() public {
        IEscrow.Terms memory terms = _terms();
        terms.arbiter = address(0);
        terms.arbiterFeeBps = 0;
        _reach(terms, IEscrow.Status.Disputed);
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            _expectWrongSender(all[i], address(0));
            vm.prank(all[i]);
            escrow.resolve(terms, AMOUNT, RULING_HASH);
        }
    }

    /* STATUS */

    function test_RevertWhen_TheEscrowWasNeverFunded() public {
        _expectWrongStatus(IEscrow.Status.None);
        _resolve(_terms(), 0);
    }

    function test_RevertWhen_NothingIsDisputed() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        _expectWrongStatus(IEscrow.Status.Funded);
        _resolve(terms, 0);
        _submit(terms);
        _expectWrongStatus(IEscrow.Status.Submitted);
        _resolve(terms, 0);
    }

    function test_G12_RevertWhen_ResolvedTwice() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Disputed);
        _resolve(terms, 60_000_000);
        Balances memory before = _balances(terms);
        uint96[2] memory totals = [uint96(60_000_000), 0];
        for (uint256 i; i < totals.length; ++i) {
            _expectWrongStatus(IEscrow.Status.Closed);
            _resolve(terms, totals[i]);
        }
        _assertOut(terms, before, Out(0, 0, 0, 0));
    }

    /* THE SELLER'S TOTAL */

    function test_ReturnsAllButTheArbitersFee() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        Balances memory before = _watch(terms);
        _resolve(terms, 0);
        _assertLogs(_resolved(terms, 0, 3_000_000, RULING_HASH), _returned(terms, 97_000_000, 0, IEscrow.Cause.Ruling));
        _assertOut(terms, before, Out(0, 0, 97_000_000, 3_000_000));
        _assertState(id, 0, 0, NOW + RULING, IEscrow.Status.Closed);
    }

    function test_PaysTheSellerAllButTheArbitersFee() public {
        _assertPaysAll(97_000_000);
    }

    function test_G11_PaysAtMostWhatIsLeft() public {
        _assertPaysAll(type(uint96).max);
    }

    function test_CountsWhatWasReleasedBefore() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        vm.prank(buyer.addr);
        escrow.release(terms, 40_000_000);
        Balances memory before = _watch(terms);
        _resolve(terms, 60_000_000);
        _assertLogs(
            _resolved(terms, 20_000_000, 1_800_000, RULING_HASH),
            _paid(terms, 19_500_000, 500_000, 0, IEscrow.Cause.Ruling),
            _returned(terms, 38_200_000, 0, IEscrow.Cause.Ruling)
        );
        _assertOut(terms, before, Out(19_500_000, 500_000, 38_200_000, 1_800_000));
        _assertState(id, 0, 60_000_000, NOW + RULING, IEscrow.Status.Closed);
    }

    function test_TakesNothingBack() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Disputed);
        vm.prank(buyer.addr);
        escrow.release(terms, 40_000_000);
        Balances memory before = _watch(terms);
        _resolve(terms, 39_999_999);
        _assertLogs(_resolved(terms, 0, 1_800_000, RULING_HASH), _returned(terms, 58_200_000, 0, IEscrow.Cause.Ruling));
        _assertOut(terms, before, Out(0, 0, 58_200_000, 1_800_000));
    }

    function test_PaysWhatARefundHasLeft() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Disputed);
        vm.prank(seller.addr);
        escrow.refund(terms, 70_000_000);
        Balances memory before = _watch(terms);
        _resolve(terms, 60_000_000);
        _assertLogs(
            _resolved(terms, 29_100_000, 900_000, RULING_HASH),
            _paid(terms, 28_372_500, 727_500, 0, IEscrow.Cause.Ruling)
        );
        _assertOut(terms, before, Out(28_372_500, 727_500, 0, 900_000));
    }

    function testFuzz_G11_LosesNoUnitAndPaysNobodyMore(uint96 released, uint96 refunded, uint96 toSeller, uint16 feeBps)
        public
    {
        IEscrow.Terms memory terms = _terms();
        terms.arbiterFeeBps = uint16(bound(feeBps, 0, 1000));
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        released = uint96(bound(released, 0, AMOUNT - 1));
        refunded = uint96(bound(refunded, 0, AMOUNT - 1 - released));
        _give(terms, released, refunded);

        uint256 remaining = AMOUNT - released - refunded;
        uint256 arbiterFee = remaining * terms.arbiterFeeBps / 10_000;
        uint256 due = toSeller > released ? Math.min(toSeller - released, remaining - arbiterFee) : 0;
        uint256 fee = (released + due) * FEE / AMOUNT - uint256(released) * FEE / AMOUNT;
        Balances memory before = _balances(terms);
        _resolve(terms, toSeller);
        _assertOut(terms, before, Out(due - fee, fee, remaining - arbiterFee - due, arbiterFee));
        _assertState(id, 0, uint96(released + due), NOW + RULING, IEscrow.Status.Closed);
        // In all, the seller has got no more than the larger of the ruling and what the buyer gave it.
        assertLe(released + due, Math.max(toSeller, released));
        assertEq(token.balanceOf(address(escrow)), 0);
    }

    /* THE ARBITER'S FEE */

    function test_ResolvesWithoutAnArbitersFee() public {
        IEscrow.Terms memory terms = _terms();
        terms.arbiterFeeBps = 0;
        _reach(terms, IEscrow.Status.Disputed);
        Balances memory before = _watch(terms);
        vm.expectCall(address(token), abi.encodeWithSelector(token.transfer.selector, arbiter.addr), 0);
        _resolve(terms, AMOUNT);
        _assertLogs(_resolved(terms, AMOUNT, 0, RULING_HASH), _paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Ruling));
        _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
    }

    function test_TheArbitersFeeRoundsDown() public {
        IEscrow.Terms memory terms = _terms();
        terms.amount = 33;
        terms.feeAmount = 1;
        _reach(terms, IEscrow.Status.Disputed);
        Balances memory before = _watch(terms);
        _resolve(terms, 0);
        _assertLogs(_resolved(terms, 0, 0, RULING_HASH), _returned(terms, 33, 0, IEscrow.Cause.Ruling));
        _assertOut(terms, before, Out(0, 0, 33, 0));
    }

    function test_TheArbitersFeeIsOfWhatIsLeft() public {
        // So parties that agree meanwhile owe the arbiter nothing for it.
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Disputed);
        _giveParts(terms);
        Balances memory before = _watch(terms);
        _resolve(terms, AMOUNT);
        _assertOut(terms, before, Out(18_915_000, 485_000, 0, 600_000));
    }

    /* NATIVE COIN AND INSTANTS */

    function test_PaysInNativeCoin() public {
        IEscrow.Terms memory terms = _native(_terms());
        _reach(terms, IEscrow.Status.Disputed);
        Balances memory before = _watch(terms);
        _resolve(terms, 60_000_000);
        _assertOut(terms, before, Out(58_500_000, 1_500_000, 37_000_000, 3_000_000));
    }

    function test_A6_ResolvesAtTheTimer() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        vm.warp(NOW + RULING);
        _resolve(terms, 0);
        _assertState(id, 0, 0, NOW + RULING, IEscrow.Status.Closed);
    }

    function test_A6_RevertWhen_TheTimerHasPassed() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Disputed);
        vm.warp(NOW + RULING + 1);
        _expectExpired(NOW + RULING, NOW + RULING + 1);
        _resolve(terms, 0);
    }

    function testFuzz_A6_ExactlyOneOfResolveAndTimeoutIsOpen(uint32 window, uint40 disputedAt, uint40 time) public {
        IEscrow.Terms memory terms = _terms();
        terms.rulingWindow = uint32(bound(window, 24 hours, 365 days));
        _reach(terms, IEscrow.Status.Submitted);
        disputedAt = uint40(bound(disputedAt, NOW, NOW + REVIEW));
        vm.warp(disputedAt);
        _dispute(terms);
        bytes memory call_ = abi.encodeCall(IEscrow.resolve, (terms, AMOUNT, RULING_HASH));
        time = uint40(bound(time, disputedAt, type(uint40).max));
        _assertCutByTime(terms, disputedAt + terms.rulingWindow, time, arbiter.addr, call_);
    }

    /* SHORTHAND */

    function _resolve(IEscrow.Terms memory terms, uint96 toSeller) private {
        vm.prank(arbiter.addr);
        escrow.resolve(terms, toSeller, RULING_HASH);
    }

    function _give(IEscrow.Terms memory terms, uint96 released, uint96 refunded) private {
        if (released != 0) {
            vm.prank(buyer.addr);
            escrow.release(terms, released);
        }
        if (refunded != 0) {
            vm.prank(seller.addr);
            escrow.refund(terms, refunded);
        }
    }

    function _assertPaysAll(uint96 toSeller) private {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        Balances memory before = _watch(terms);
        _resolve(terms, toSeller);
        _assertLogs(
            _resolved(terms, 97_000_000, 3_000_000, RULING_HASH),
            _paid(terms, 94_575_000, 2_425_000, 0, IEscrow.Cause.Ruling)
        );
        _assertOut(terms, before, Out(94_575_000, 2_425_000, 0, 3_000_000));
        _assertState(id, 0, 97_000_000, NOW + RULING, IEscrow.Status.Closed);
    }
}
