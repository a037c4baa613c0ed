// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {PaymentRouterHandler} from "./PaymentRouterHandler.sol";

/// @dev R4 (no call by X lowers Y's balance unless Y pays) follows from R3 over all accounts: the books debit the sender
/// alone. R5 is compared by the handler on every payment, and so is that expired and unauthorised ones fail.
contract PaymentRouterInvariants is Test {
    PaymentRouter private router;
    PaymentRouterHandler private handler;

    function setUp() public {
        router = new PaymentRouter();
        handler = new PaymentRouterHandler(router);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](10);
        selectors[0] = handler.pay.selector;
        selectors[1] = handler.payAgain.selector;
        selectors[2] = handler.payLate.selector;
        selectors[3] = handler.payWithSomebodyElsesMoney.selector;
        selectors[4] = handler.payUnauthorised.selector;
        selectors[5] = handler.payTampered.selector;
        selectors[6] = handler.payTooHighFee.selector;
        selectors[7] = handler.setSigner.selector;
        selectors[8] = handler.cancel.selector;
        selectors[9] = handler.passTime.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev The invariants say nothing if the handler does nothing: a fixed walk must pay, with fees, and refund.
    function test_TheHandlerPaysAndRefunds() public {
        uint256 seed;
        for (uint256 i; i < 100; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            handler.setSigner(seed, type(uint48).max);
            handler.pay(seed, uint96(seed >> 100), seed >> 160);
            handler.payAgain(seed, seed % 2 == 0);
            handler.payTampered(seed, 1);
            handler.payWithSomebodyElsesMoney(seed, 1);
        }
        uint256 refunds;
        uint256 fees;
        for (uint256 i; i < handler.historyLength(); ++i) {
            if (handler.history(i).payment.parent != 0) ++refunds;
            if (handler.history(i).payment.feeAmount != 0) ++fees;
        }
        assertGt(handler.historyLength(), 80);
        assertGt(refunds, 10);
        assertGt(fees, 30);
        invariant_R1_TheRouterNeverHoldsABalance();
        invariant_R3_R4_EveryBalanceIsAsTheBooksSay();
    }

    function invariant_R1_TheRouterNeverHoldsABalance() public view {
        assertEq(address(router).balance, 0);
        for (uint256 t; t < 2; ++t) {
            assertEq(IERC20(handler.tokens(t)).balanceOf(address(router)), 0);
        }
    }

    function invariant_R2_ANoncePaysAtMostOnce() public view {
        for (uint256 i; i < handler.historyLength(); ++i) {
            IPaymentRouter.Payment memory payment = handler.history(i).payment;
            assertEq(handler.paid(payment.operator, payment.nonce), 1);
            assertTrue(router.isUsed(payment.operator, payment.nonce));
        }
    }

    function invariant_R3_R4_EveryBalanceIsAsTheBooksSay() public view {
        for (uint256 i; i < handler.accountCount(); ++i) {
            address account = handler.accounts(i);
            assertEq(account.balance, handler.balances(address(0), account));
            for (uint256 t; t < 2; ++t) {
                address token = handler.tokens(t);
                assertEq(IERC20(token).balanceOf(account), handler.balances(token, account));
            }
        }
    }

    function invariant_R6_NoFeeIsAboveTheCap() public view {
        for (uint256 i; i < handler.historyLength(); ++i) {
            IPaymentRouter.Payment memory payment = handler.history(i).payment;
            assertLe(payment.feeAmount * 10_000, (payment.amount + payment.feeAmount) * 2000);
        }
    }

    function invariant_R7_NothingCancelledWasPaid() public view {
        for (uint256 i; i < handler.historyLength(); ++i) {
            IPaymentRouter.Payment memory payment = handler.history(i).payment;
            assertFalse(handler.cancelled(payment.operator, payment.nonce));
        }
    }
}
