// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {PaymentRouterTest} from "./PaymentRouterTest.sol";

contract PaymentRouterSetSignerTest is PaymentRouterTest {
    function test_RevertWhen_TheSignerIsZero() public {
        vm.expectRevert(IOperators.ZeroAddress.selector);
        vm.prank(operator.addr);
        router.setSigner(address(0), type(uint48).max);
    }

    function test_SetsANewSigner() public {
        _setSigner(delegate.addr, 2_000_000_000);
        assertEq(router.signerUntil(operator.addr, delegate.addr), 2_000_000_000);
        assertTrue(router.isSigner(operator.addr, delegate.addr));
    }

    function test_ReplacesTheLastSecond() public {
        _setSigner(delegate.addr, 2_000_000_000);
        _setSigner(delegate.addr, 1_900_000_000);
        assertEq(router.signerUntil(operator.addr, delegate.addr), 1_900_000_000);
    }

    function test_D4_RevokesWithZero() public {
        _setSigner(delegate.addr, type(uint48).max);
        _setSigner(delegate.addr, 0);
        assertEq(router.signerUntil(operator.addr, delegate.addr), 0);
        assertFalse(router.isSigner(operator.addr, delegate.addr));
    }

    function testFuzz_ChangesOnlyTheSendersOwnSigners(address sender, address other, address signer, uint48 until)
        public
    {
        vm.assume(sender != other && signer != address(0));
        vm.prank(other);
        router.setSigner(signer, 1);
        vm.prank(sender);
        router.setSigner(signer, until);
        assertEq(router.signerUntil(sender, signer), until);
        assertEq(router.signerUntil(other, signer), 1);
    }

    function _setSigner(address signer, uint48 until) private {
        vm.expectEmit(address(router));
        emit IOperators.SignerSet(operator.addr, signer, until);
        vm.prank(operator.addr);
        router.setSigner(signer, until);
    }
}
