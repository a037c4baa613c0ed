// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {TestTokenProxy} from "../../src/testing/TestTokenProxy.sol";
import {PlainToken} from "../mocks/Tokens.sol";
import {Paths} from "./Paths.sol";

/// @dev The cast, a default payment that is valid as it stands, and shorthand for signing and paying.
abstract contract PaymentRouterTest is Paths {
    /// @dev When the tests begin. They never read block.timestamp, which the optimizer takes for constant in a call.
    uint256 internal constant NOW = 1_800_000_000;
    uint256 internal constant AMOUNT = 10_000_000;
    uint256 internal constant FEE = 250_000;
    uint256 internal constant NONCE = 7;

    TestToken internal token;

    Vm.Wallet internal operator = vm.createWallet("operator");
    Vm.Wallet internal delegate = vm.createWallet("delegate");
    Vm.Wallet internal stranger = vm.createWallet("stranger");
    Vm.Wallet internal payerKey = vm.createWallet("payer");
    Vm.Wallet internal payeeKey = vm.createWallet("payee");
    address internal payer = payerKey.addr;
    address internal payee = payeeKey.addr;
    address internal feeRecipient = makeAddr("feeRecipient");

    function setUp() public virtual {
        vm.warp(NOW);
        router = new PaymentRouter();
        token = TestToken(
            address(
                new TestTokenProxy(address(new TestToken()), abi.encodeCall(TestToken.initialize, ("USD Coin", "USDC")))
            )
        );
        token.mint(payer, 1_000_000_000);
        deal(payer, 1000 ether);
        vm.prank(payer);
        token.approve(address(router), type(uint256).max);
    }

    /// @dev 10 USDC to the payee and 0.25 USDC to the fee recipient, for an hour.
    function _payment() internal view returns (IPaymentRouter.Payment memory) {
        return IPaymentRouter.Payment({
            operator: operator.addr,
            requestId: keccak256("snapshot"),
            parent: 0,
            payer: payer,
            payee: payee,
            token: address(token),
            amount: AMOUNT,
            feeRecipient: feeRecipient,
            feeAmount: FEE,
            nonce: NONCE,
            deadline: NOW + 1 hours
        });
    }

    function _nativePayment() internal view returns (IPaymentRouter.Payment memory payment) {
        payment = _payment();
        payment.token = address(0);
    }

    /// @dev The payee of the default payment sends all of it back.
    function _refund() internal view returns (IPaymentRouter.Payment memory refund) {
        refund = _payment();
        refund.requestId = keccak256("refund snapshot");
        refund.parent = keccak256("snapshot");
        refund.payer = payee;
        refund.payee = payer;
        refund.feeRecipient = address(0);
        refund.feeAmount = 0;
        refund.nonce = NONCE + 1;
    }

    /// @dev Signed by the operator, sent by the payer, with the value that it needs.
    function _pay(IPaymentRouter.Payment memory payment) internal {
        _payAs(payer, payment, _sign(operator, payment));
    }

    function _payAs(address sender, IPaymentRouter.Payment memory payment, bytes memory signature) internal {
        uint256 value = payment.token == address(0) ? payment.amount + payment.feeAmount : 0;
        vm.prank(sender);
        router.pay{value: value}(payment, signature);
    }

    /// @dev The same, for a payment that must fail with exactly `revertData`.
    function _expectRevert(IPaymentRouter.Payment memory payment, bytes memory revertData) internal {
        bytes memory signature = _sign(operator, payment);
        uint256 value = payment.token == address(0) ? payment.amount + payment.feeAmount : 0;
        vm.expectRevert(revertData);
        vm.prank(payer);
        router.pay{value: value}(payment, signature);
    }

    function _expectForbidden(IPaymentRouter.Payment memory payment, address party) internal {
        _expectRevert(payment, abi.encodeWithSelector(IPaymentRouter.ForbiddenParty.selector, party));
    }

    /// @dev The next call must emit exactly this event: every field of what was signed, and the effective payer.
    function _expectRouted(IPaymentRouter.Payment memory payment, address effectivePayer) internal {
        vm.expectEmit(address(router));
        if (payment.parent == 0) {
            emit IPaymentRouter.PaymentRouted(
                payment.operator,
                payment.requestId,
                payment.payee,
                effectivePayer,
                payment.token,
                payment.amount,
                payment.feeRecipient,
                payment.feeAmount,
                payment.nonce,
                payment.deadline,
                router.digest(payment)
            );
        } else {
            emit IPaymentRouter.RefundRouted(
                payment.operator,
                payment.parent,
                payment.payee,
                payment.requestId,
                effectivePayer,
                payment.token,
                payment.amount,
                payment.nonce,
                payment.deadline,
                router.digest(payment)
            );
        }
    }

    /// @dev Gives the payer a balance of `odd` and the router an allowance for it.
    function _fund(PlainToken odd) internal returns (IPaymentRouter.Payment memory payment) {
        odd.mint(payer, AMOUNT + FEE);
        vm.prank(payer);
        odd.approve(address(router), type(uint256).max);
        payment = _payment();
        payment.token = address(odd);
    }
}
