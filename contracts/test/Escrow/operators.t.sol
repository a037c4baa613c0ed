// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {Funding} from "./Funding.sol";

/// @dev The verbs that the escrow shares with the router, whose trees prove them; here that the escrow has them, and for itself.
contract EscrowOperatorsTest is Funding {
    function test_SetsADelegateOfTheSender() public {
        vm.expectEmit(address(escrow));
        emit IOperators.SignerSet(operator.addr, delegate.addr, NOW + 60);
        vm.prank(operator.addr);
        escrow.setSigner(delegate.addr, NOW + 60);
        assertEq(escrow.signerUntil(operator.addr, delegate.addr), NOW + 60);
        assertTrue(escrow.isSigner(operator.addr, delegate.addr));
        assertFalse(escrow.isSigner(stranger.addr, delegate.addr));
        vm.warp(NOW + 61);
        assertFalse(escrow.isSigner(operator.addr, delegate.addr));
    }

    function test_RevertWhen_TheDelegateIsZero() public {
        vm.expectRevert(IOperators.ZeroAddress.selector);
        vm.prank(operator.addr);
        escrow.setSigner(address(0), NOW);
    }

    function test_RevertWhen_SignedByADelegateForTheRouter() public {
        PaymentRouter router = new PaymentRouter();
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, type(uint48).max);
        IEscrow.Terms memory terms = _terms();
        _expectRefusal(Way.Allowance, terms, _sign(delegate, _idOf(terms)), _wrongSigner(delegate.addr));
    }

    function test_CancelsNoncesOfTheSender() public {
        vm.expectEmit(address(escrow));
        emit IOperators.NoncesCancelled(operator.addr, 3, 5);
        vm.prank(operator.addr);
        escrow.cancel(3, 5);
        assertTrue(escrow.isUsed(operator.addr, 3 * 256));
        assertFalse(escrow.isUsed(operator.addr, 3 * 256 + 1));
        assertTrue(escrow.isUsed(operator.addr, 3 * 256 + 2));
        assertFalse(escrow.isUsed(stranger.addr, 3 * 256));
    }

    function test_CancellingLeavesAnOpenEscrowAsItIs() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        vm.recordLogs();
        vm.prank(operator.addr);
        escrow.cancel(0, 1 << terms.nonce);
        assertEq(vm.getRecordedLogs().length, 0);

        vm.prank(operator.addr);
        escrow.setSigner(operator.addr, 0);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
        _assertState(id, 0, AMOUNT, NOW + REVIEW, IEscrow.Status.Closed);
    }

    function test_NoncesOfTheRouterAreItsOwn() public {
        PaymentRouter router = new PaymentRouter();
        vm.prank(operator.addr);
        router.cancel(0, type(uint256).max);
        IEscrow.Terms memory terms = _terms();
        _fundBy(Way.Allowance, terms);
        _assertFunded(terms);
    }
}
