// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {PaymentRouterTest} from "./PaymentRouterTest.sol";

contract PaymentRouterCancelTest is PaymentRouterTest {
    function test_CancelsUnusedNonces() public {
        _expectCancelled(3, 5);
        _cancel(3, 5);
        assertTrue(router.isUsed(operator.addr, 3 * 256));
        assertFalse(router.isUsed(operator.addr, 3 * 256 + 1));
        assertTrue(router.isUsed(operator.addr, 3 * 256 + 2));
    }

    function test_EmitsOnlyWhatItChanged() public {
        _pay(_payment());
        _cancel(0, 1);
        _expectCancelled(0, type(uint256).max ^ (1 << NONCE) ^ 1);
        _cancel(0, type(uint256).max);
    }

    function test_EmitsNothingWhenNothingChanged() public {
        _pay(_payment());
        _cancel(0, 3);

        vm.recordLogs();
        _cancel(0, (1 << NONCE) | 3);
        _cancel(1, 0);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function testFuzz_ChangesOnlyThoseNoncesOfTheSender(
        address sender,
        address other,
        uint248 word,
        uint256 mask,
        uint8 bit
    ) public {
        vm.assume(sender != other);
        vm.prank(sender);
        router.cancel(word, mask);

        uint256 nonce = uint256(word) * 256 + bit;
        assertEq(router.isUsed(sender, nonce), mask & (1 << bit) != 0);
        assertFalse(router.isUsed(other, nonce));
        unchecked {
            assertFalse(router.isUsed(sender, nonce + 256));
            assertFalse(router.isUsed(sender, nonce - 256));
        }
    }

    function _cancel(uint256 word, uint256 mask) private {
        vm.prank(operator.addr);
        router.cancel(word, mask);
    }

    function _expectCancelled(uint256 word, uint256 mask) private {
        vm.expectEmit(address(router));
        emit IOperators.NoncesCancelled(operator.addr, word, mask);
    }
}
