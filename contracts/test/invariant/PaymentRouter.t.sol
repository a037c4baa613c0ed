// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {Paths} from "../PaymentRouter/Paths.sol";
import {PaymentRouterHandler} from "./PaymentRouterHandler.sol";

/// @dev R4 (no call by X lowers Y's balance unless Y signed this payment) follows from R3 over all accounts: the books debit the
/// payer alone, which sent the call or signed for this payment. R5 is compared by the handler on every payment, and so is that
/// expired and unauthorised ones fail. R8 follows from R3 and R5: a batch is booked as its payments one by one.
/// What is wrong in the books stays wrong, so that they are compared every sixteen calls and at the end of a run.
contract PaymentRouterInvariants is Test {
    PaymentRouter private router;
    PaymentRouterHandler private handler;

    function setUp() public {
        router = new PaymentRouter();
        handler = new PaymentRouterHandler(router);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](14);
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
        selectors[10] = handler.payBatch.selector;
        selectors[11] = handler.payInALyingToken.selector;
        selectors[12] = handler.blacklist.selector;
        selectors[13] = handler.lose.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev The invariants say nothing if the handler does nothing: a fixed walk must pay in every way, with fees, and refund,
    /// be entered again, and lose tokens.
    function test_TheHandlerPaysInEveryWay() public {
        uint256 seed;
        for (uint256 i; i < 200; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            handler.setSigner(seed, type(uint48).max);
            handler.pay(seed, uint96(seed >> 100), seed >> 160);
            handler.payBatch(uint256(keccak256(abi.encode(seed, "batch"))), uint96(seed >> 100), seed >> 160);
            handler.payAgain(seed, seed % 2 == 0);
            handler.payTampered(seed, 1);
            handler.payWithSomebodyElsesMoney(seed, 1);
            handler.payInALyingToken(seed, 1);
            handler.lose(seed, uint64(seed));
            if (i % 10 == 0) handler.blacklist(seed);
        }
        uint256 refunds;
        uint256 fees;
        for (uint256 i; i < handler.historyLength(); ++i) {
            if (handler.history(i).payment.parent != 0) ++refunds;
            if (handler.history(i).payment.feeAmount != 0) ++fees;
        }
        assertGt(refunds, 10);
        assertGt(fees, 30);
        assertGt(handler.reentered(), 10);
        for (uint256 path; path < 5; ++path) {
            assertGt(handler.paidBy(Paths.Path(path)), 5);
        }
        invariant_R1_TheRouterNeverHoldsABalance();
        invariant_R3_R4_EveryBalanceIsAsTheBooksSay();
    }

    /// @dev Of its own: what others lost there stays, in every token.
    function invariant_R1_TheRouterNeverHoldsABalance() public view {
        _assertBalances(address(router));
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
            _assertBalances(handler.accounts(i));
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

    function _assertBalances(address account) private view {
        for (uint256 t; t < handler.TOKENS(); ++t) {
            address token = handler.tokens(t);
            uint256 balance = token == address(0) ? account.balance : IERC20(token).balanceOf(account);
            assertEq(balance, handler.balances(token, account));
        }
    }
}
