// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowTimeoutTest is EscrowTest {
    /* SENDER */

    function test_G9_AnyoneClosesEveryOpenState() public {
        Case[] memory cases = _openCases();
        address[] memory all = _everybody();
        for (uint256 i; i < cases.length; ++i) {
            vm.warp(NOW);
            bytes32 id = _reach(cases[i]);
            uint40 timer = _timerOf(cases[i].status);
            vm.warp(timer + 1);
            for (uint256 j; j < all.length; ++j) {
                assertTrue(_succeedsAt(timer + 1, all[j], abi.encodeCall(IEscrow.timeout, (cases[i].terms))));
            }
            escrow.timeout(cases[i].terms);
            assertEq(uint8(escrow.stateOf(id).status), uint8(IEscrow.Status.Closed));
            assertEq(escrow.stateOf(id).remaining, 0);
        }
    }

    /* FUNDED, SUBMITTED, DISPUTED */

    function test_G9_WhatWasNotDeliveredReturnsToTheBuyer() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            if (cases[i].status != IEscrow.Status.Funded) continue;
            bytes32 id = _reachAndPass(cases[i]);
            Balances memory before = _watch(cases[i].terms);
            escrow.timeout(cases[i].terms);
            _assertLogs(_returned(cases[i].terms, AMOUNT, 0, IEscrow.Cause.Timeout));
            _assertOut(cases[i].terms, before, Out(0, 0, AMOUNT, 0));
            _assertState(id, 0, 0, DELIVER_BY, IEscrow.Status.Closed);
        }
    }

    function test_G9_SilencePaysForDeliveredWork() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            if (cases[i].status != IEscrow.Status.Submitted) continue;
            bytes32 id = _reachAndPass(cases[i]);
            Balances memory before = _watch(cases[i].terms);
            escrow.timeout(cases[i].terms);
            _assertLogs(_paid(cases[i].terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Timeout));
            _assertOut(cases[i].terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
            _assertState(id, 0, AMOUNT, NOW + REVIEW, IEscrow.Status.Closed);
        }
    }

    function test_G9_ASilentArbiterLeavesItToTheFallback() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            if (cases[i].status != IEscrow.Status.Disputed) continue;
            bytes32 id = _reachAndPass(cases[i]);
            Balances memory before = _watch(cases[i].terms);
            escrow.timeout(cases[i].terms);
            _assertLogs(
                _paid(cases[i].terms, 58_500_000, 1_500_000, 0, IEscrow.Cause.Timeout),
                _returned(cases[i].terms, 40_000_000, 0, IEscrow.Cause.Timeout)
            );
            _assertOut(cases[i].terms, before, Out(58_500_000, 1_500_000, 40_000_000, 0));
            _assertState(id, 0, 60_000_000, NOW + RULING, IEscrow.Status.Closed);
        }
    }

    function test_G9_TheFallbackMayLeaveAllToOneParty() public {
        IEscrow.Terms memory terms = _terms();
        terms.fallbackBps = 0;
        _reachAndPass(Case(terms, IEscrow.Status.Disputed, false));
        Balances memory before = _watch(terms);
        escrow.timeout(terms);
        _assertLogs(_returned(terms, AMOUNT, 0, IEscrow.Cause.Timeout));
        _assertOut(terms, before, Out(0, 0, AMOUNT, 0));

        terms.fallbackBps = 10_000;
        terms.nonce += 1;
        _reachAndPass(Case(terms, IEscrow.Status.Disputed, false));
        before = _watch(terms);
        escrow.timeout(terms);
        _assertLogs(_paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Timeout));
        _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
    }

    function testFuzz_TheFallbackLosesNoUnit(uint96 amount, uint96 feeAmount, uint16 fallbackBps) public {
        IEscrow.Terms memory terms = _terms();
        terms.amount = amount = uint96(bound(amount, 5, type(uint96).max));
        terms.feeAmount = feeAmount = uint96(bound(feeAmount, 1, amount / 5));
        terms.fallbackBps = uint16(bound(fallbackBps, 0, 10_000));
        token.mint(buyer.addr, amount);
        bytes32 id = _reachAndPass(Case(terms, IEscrow.Status.Disputed, false));

        uint256 toSeller = uint256(amount) * terms.fallbackBps / 10_000;
        uint256 fee = uint256(feeAmount) * toSeller / amount;
        Balances memory before = _balances(terms);
        escrow.timeout(terms);
        _assertOut(terms, before, Out(toSeller - fee, fee, amount - toSeller, 0));
        _assertState(id, 0, uint96(toSeller), NOW + RULING, IEscrow.Status.Closed);
        assertEq(token.balanceOf(address(escrow)), 0);
    }

    /* AMOUNTS */

    function test_DecidesWhatIsLeft() public {
        Out[3] memory outs =
            [Out(0, 0, 20_000_000, 0), Out(19_500_000, 500_000, 0, 0), Out(11_700_000, 300_000, 8_000_000, 0)];
        Case[] memory cases = _openCases();
        for (uint256 i; i < outs.length; ++i) {
            vm.warp(NOW);
            _reach(cases[i]);
            _giveParts(cases[i].terms);
            vm.warp(_timerOf(cases[i].status) + 1);
            Balances memory before = _watch(cases[i].terms);
            escrow.timeout(cases[i].terms);
            _assertOut(cases[i].terms, before, outs[i]);
        }
    }

    /* STATUS */

    function test_RevertWhen_TheEscrowWasNeverFunded() public {
        vm.warp(type(uint40).max);
        _expectWrongStatus(IEscrow.Status.None);
        escrow.timeout(_terms());
    }

    function test_RevertWhen_Closed() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            _reachAndPass(cases[i]);
            escrow.timeout(cases[i].terms);
            Balances memory before = _balances(cases[i].terms);
            _expectWrongStatus(IEscrow.Status.Closed);
            escrow.timeout(cases[i].terms);
            _assertOut(cases[i].terms, before, Out(0, 0, 0, 0));
        }
    }

    /* INSTANTS */

    function test_A6_RevertWhen_TheTimerHasNotPassed() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            vm.warp(NOW);
            bytes32 id = _reach(cases[i]);
            uint40 timer = _timerOf(cases[i].status);
            vm.warp(timer);
            vm.expectRevert(abi.encodeWithSelector(IEscrow.NotYet.selector, timer, timer));
            escrow.timeout(cases[i].terms);
            _assertState(id, AMOUNT, 0, timer, cases[i].status);
        }
    }

    function testFuzz_A6_ClosesExactlyAfterTheTimer(uint40 time) public {
        Case[] memory cases = _openCases();
        time = uint40(bound(time, NOW, type(uint40).max));
        for (uint256 i; i < cases.length; ++i) {
            _reach(cases[i]);
            bytes memory call_ = abi.encodeCall(IEscrow.timeout, (cases[i].terms));
            assertEq(_succeedsAt(time, stranger.addr, call_), time > _timerOf(cases[i].status));
        }
    }

    /* NATIVE COIN AND CHAIN */

    function test_PaysInNativeCoin() public {
        Case[] memory cases = _openNativeCases();
        for (uint256 i; i < cases.length; ++i) {
            _reachAndPass(cases[i]);
            Balances memory before = _watch(cases[i].terms);
            escrow.timeout(cases[i].terms);
            if (cases[i].status == IEscrow.Status.Funded) {
                _assertOut(cases[i].terms, before, Out(0, 0, AMOUNT, 0));
            } else if (cases[i].status == IEscrow.Status.Submitted) {
                _assertOut(cases[i].terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
            } else {
                _assertOut(cases[i].terms, before, Out(58_500_000, 1_500_000, 40_000_000, 0));
            }
        }
    }

    function test_ClosesAfterTheChainsIdHasChanged() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reachAndPass(Case(terms, IEscrow.Status.Funded, false));
        vm.chainId(terms.chainId + 1);
        escrow.timeout(terms);
        _assertState(id, 0, 0, DELIVER_BY, IEscrow.Status.Closed);
    }

    /// @dev Reaches the state at NOW and lets its window pass, to the second.
    function _reachAndPass(Case memory open) private returns (bytes32 id) {
        vm.warp(NOW);
        id = _reach(open);
        vm.warp(_timerOf(open.status) + 1);
    }
}
