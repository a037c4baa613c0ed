// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {PaymentRouterTest} from "../PaymentRouter/PaymentRouterTest.sol";
import {PlainToken} from "../mocks/Tokens.sol";

/// @dev Gas of whole transactions, calldata included; `bin/gas` runs this isolated and keeps `snapshots/PaymentRouter.json`.
/// Warm: both recipients hold a balance already and the nonce's word was used before, as it is 255 times of 256.
contract PaymentRouterGas is PaymentRouterTest {
    PlainToken internal plain;

    function setUp() public override {
        super.setUp();
        plain = new PlainToken();
        plain.mint(payer, 1_000_000_000);
        vm.prank(payer);
        plain.approve(address(router), type(uint256).max);

        plain.mint(payee, 1);
        plain.mint(feeRecipient, 1);
        token.mint(payee, 1);
        token.mint(feeRecipient, 1);
        deal(payee, 1);
        deal(feeRecipient, 1);
        vm.prank(operator.addr);
        router.cancel(0, 1);
    }

    function test_pay_plainToken() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = address(plain);
        _pay(payment);
        _record("pay, ERC-20 + fee, warm", 72_000);
    }

    function test_pay_proxyToken() public {
        _pay(_payment());
        _record("pay, USDC-like behind a proxy + fee, warm", 94_000);
    }

    function test_pay_proxyToken_firstOfWord() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.nonce = 256;
        _pay(payment);
        _record("pay, USDC-like behind a proxy + fee, first nonce of a word", 94_000 + 17_100);
    }

    function test_pay_native() public {
        _pay(_nativePayment());
        _record("pay, native + fee, warm", 62_000);
    }

    function test_pay_byDelegate() public {
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, type(uint48).max);
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = address(plain);
        _payAs(payer, payment, _sign(delegate, payment));
        _record("pay, ERC-20 + fee, warm, signed by a delegate", 74_200);
    }

    function test_refund_plainToken() public {
        plain.mint(payee, AMOUNT);
        vm.prank(payee);
        plain.approve(address(router), type(uint256).max);
        IPaymentRouter.Payment memory refund = _refund();
        refund.token = address(plain);
        _payAs(payee, refund, _sign(operator, refund));
        _record("refund, ERC-20, warm", 63_000);
    }

    function test_refund_proxyToken() public {
        token.mint(payee, AMOUNT);
        vm.prank(payee);
        token.approve(address(router), type(uint256).max);
        IPaymentRouter.Payment memory refund = _refund();
        _payAs(payee, refund, _sign(operator, refund));
        _record("refund, USDC-like behind a proxy, warm", 82_000);
    }

    function test_setSigner() public {
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, type(uint48).max);
        _record("setSigner, new", 50_000);
    }

    function test_cancel() public {
        vm.prank(operator.addr);
        router.cancel(0, type(uint256).max);
        _record("cancel, warm word", 32_000);
    }

    function _record(string memory what, uint256 limit) private {
        assertLe(vm.snapshotGasLastCall("PaymentRouter", what), limit);
    }
}
