// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Vm} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Reentrant, Refusing} from "../mocks/Accounts.sol";
import {BottomlessToken, PermitBombToken, PermitCallbackToken, PhantomToken, PlainToken} from "../mocks/Tokens.sol";
import {PathsTest} from "./PathsTest.sol";

contract PaymentRouterPayWithPermitTest is PathsTest {
    function setUp() public override {
        super.setUp();
        // The permit alone is to give an allowance.
        _allow(0);
    }

    function test_PaysUnderAPermit() public {
        uint256 before = token.balanceOf(payer);
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory call_ = _callOf(Path.Permit, payment, operator, payerKey);
        _expectRouted(payment, payer);
        _send(payer, call_);
        _assertPaid(address(token), before);
        assertEq(token.allowance(payer, address(router)), 0);
        assertEq(token.nonces(payer), 1);
    }

    function test_C7_PaysUnderThePermitOfAnEip7702Payer() public {
        vm.signAndAttachDelegation(address(new Refusing()), payerKey.privateKey);
        vm.prank(stranger.addr);
        token.approve(address(router), 0);
        assertGt(payer.code.length, 0);

        uint256 before = token.balanceOf(payer);
        _payBy(Path.Permit, _payment());
        _assertPaid(address(token), before);
    }

    function test_C5_AnOpenPaymentIsPaidUnderTheSendersPermit() public {
        token.mint(stranger.addr, AMOUNT + FEE);
        uint256 before = token.balanceOf(payer);
        IPaymentRouter.Payment memory payment = _payment();
        payment.payer = address(0);
        bytes memory call_ = _callOf(Path.Permit, payment, operator, stranger);
        _expectRouted(payment, stranger.addr);
        _send(stranger.addr, call_);
        assertEq(token.balanceOf(stranger.addr), 0);
        assertEq(token.balanceOf(payee), AMOUNT);
        assertEq(token.balanceOf(payer), before);
    }

    function test_C5_RevertWhen_ThePermitIsSomebodyElses() public {
        token.mint(stranger.addr, AMOUNT + FEE);
        IPaymentRouter.Payment memory payment = _payment();
        payment.payer = address(0);
        bytes memory call_ = _callOf(Path.Permit, payment, operator, payerKey);
        _expectRevertOf(stranger.addr, call_, _insufficientAllowance(0, AMOUNT));

        // Nor when that permit is in force already.
        _sendPermit();
        _expectRevertOf(stranger.addr, call_, _insufficientAllowance(0, AMOUNT));
        assertEq(token.allowance(payer, address(router)), AMOUNT + FEE);
    }

    function test_C5_RevertWhen_TheSenderHasThePayersPermit() public {
        bytes memory call_ = _callOf(Path.Permit, _payment(), operator, payerKey);
        _expectRevertOf(
            stranger.addr, call_, abi.encodeWithSelector(IPaymentRouter.WrongPayer.selector, stranger.addr, payer)
        );
    }

    function test_RefundUnderAPermit() public {
        token.mint(payee, AMOUNT);
        uint256 before = token.balanceOf(payer);
        IPaymentRouter.Payment memory refund = _refund();
        bytes memory call_ = _callOf(Path.Permit, refund, operator, payeeKey);
        _expectRouted(refund, payee);
        _send(payee, call_);
        assertEq(token.balanceOf(payer), before + AMOUNT);
        assertEq(token.balanceOf(payee), 0);
    }

    function test_PaysWhenThePermitWasFrontRun() public {
        uint256 before = token.balanceOf(payer);
        bytes memory call_ = _callOf(Path.Permit, _payment(), operator, payerKey);
        _sendPermit();
        assertEq(token.nonces(payer), 1);
        _send(payer, call_);
        _assertPaid(address(token), before);
        assertEq(token.allowance(payer, address(router)), 0);
    }

    function test_ThePermitReplacesAStandingAllowance() public {
        _allow(type(uint256).max);
        _payBy(Path.Permit, _payment());
        assertEq(token.allowance(payer, address(router)), 0);
    }

    function test_RevertWhen_ThePermitIsAnother() public {
        uint256 deadline = _payment().deadline;
        _expectNoAllowance(payerKey, AMOUNT + FEE - 1, deadline);
        _expectNoAllowance(payerKey, AMOUNT, deadline);
        _expectNoAllowance(payerKey, AMOUNT + FEE, deadline + 1);
        _expectNoAllowance(stranger, AMOUNT + FEE, deadline);

        // A permit for another router.
        PaymentRouter here = router;
        router = new PaymentRouter();
        (uint8 v_, bytes32 r_, bytes32 s_) = _signPermit(payerKey, _payment());
        router = here;
        _expectNoAllowance(v_, r_, s_);

        // The permit for the next nonce.
        uint256 untouched = vm.snapshotState();
        _sendPermit();
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(payerKey, _payment());
        vm.revertToState(untouched);
        _expectNoAllowance(v, r, s);
    }

    function test_PaysByAllowanceWhenThePermitIsWrong() public {
        _allow(AMOUNT + FEE + 5);
        uint256 before = token.balanceOf(payer);
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory call_ = _callOf(Path.Permit, payment, operator, stranger);
        _expectRouted(payment, payer);
        _send(payer, call_);
        _assertPaid(address(token), before);
        assertEq(token.allowance(payer, address(router)), 5);
    }

    function test_RevertWhen_ThePermitIsWrongAndTheAllowanceShort() public {
        _allow(AMOUNT + FEE - 1);
        bytes memory call_ = _callOf(Path.Permit, _payment(), operator, stranger);
        _expectRevertOf(payer, call_, _insufficientAllowance(FEE - 1, FEE));
    }

    function test_WithoutAPermitTheAllowanceDecides() public {
        _expectAsPay(new PlainToken());
    }

    function test_WithAPhantomPermitTheAllowanceDecides() public {
        _expectAsPay(new PhantomToken());
    }

    function test_PaysAPermitBombWithoutCopyingItsAnswer() public {
        for (uint256 fails; fails < 2; ++fails) {
            PermitBombToken odd = new PermitBombToken(fails == 1);
            IPaymentRouter.Payment memory payment = _fund(odd);
            payment.nonce = fails;
            bytes memory call_ = _callOf(Path.Permit, payment, operator, payerKey);
            // The megabyte costs its maker some two million gas; copying it would cost the router as much again.
            vm.prank(payer);
            (bool paid,) = address(router).call{gas: 2_400_000}(call_);
            assertTrue(paid);
            assertEq(odd.balanceOf(payee), AMOUNT);
        }
    }

    function test_C2_RevertWhen_TheTokenOfAPermitHasNoCode() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = makeAddr("no token here");
        _expectRevertBy(Path.Permit, payment, "");
    }

    function test_A13_RevertWhen_TheTotalOfAPermitDoesNotFit() public {
        BottomlessToken odd = new BottomlessToken();
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = address(odd);
        payment.amount = type(uint256).max;
        payment.feeAmount = 1;
        payment.feeRecipient = makeAddr("one unit");
        // What it asks the token to permit is the greatest number, not the sum modulo 2^256, which is 0.
        vm.expectCall(
            address(odd),
            abi.encodeWithSignature(
                "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
                payer,
                router,
                type(uint256).max,
                payment.deadline,
                27,
                0,
                0
            )
        );
        bytes memory signature = _sign(operator, payment);
        vm.prank(payer);
        router.payWithPermit(payment, signature, 27, 0, 0);
        // Only a token without supply pays it; one with a supply has not got it.
        assertEq(odd.balanceOf(payee), type(uint256).max);

        payment.token = address(token);
        payment.nonce += 1;
        signature = _sign(operator, payment);
        vm.expectRevert(_insufficientAllowance(0, type(uint256).max));
        vm.prank(payer);
        router.payWithPermit(payment, signature, 27, 0, 0);
    }

    function test_RevertWhen_ThePermitReenters() public {
        Reentrant reentrant = new Reentrant();
        PermitCallbackToken odd = new PermitCallbackToken(reentrant);
        IPaymentRouter.Payment memory inner = _payment();
        inner.payer = address(reentrant);
        inner.nonce = NONCE + 1;
        token.mint(address(reentrant), AMOUNT + FEE);
        vm.prank(address(reentrant));
        token.approve(address(router), AMOUNT + FEE);
        reentrant.arm(router, abi.encodeCall(router.pay, (inner, _sign(operator, inner))));

        _payBy(Path.Permit, _fund(odd));
        assertEq(
            reentrant.failure(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(odd.balanceOf(payee), AMOUNT);

        // The same call from outside a payment pays.
        reentrant.tokensReceived();
        assertTrue(router.isUsed(operator.addr, NONCE + 1));
    }

    /* SHORTHAND */

    function _allow(uint256 value) private {
        vm.prank(payer);
        token.approve(address(router), value);
    }

    /// @dev Anybody can: the permit of the default payment, straight to the token.
    function _sendPermit() private {
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(payerKey, _payment());
        vm.prank(stranger.addr);
        token.permit(payer, address(router), AMOUNT + FEE, _payment().deadline, v, r, s);
    }

    function _expectNoAllowance(Vm.Wallet memory signer, uint256 value, uint256 deadline) private {
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(signer, address(token), value, deadline);
        _expectNoAllowance(v, r, s);
    }

    function _expectNoAllowance(uint8 v, bytes32 r, bytes32 s) private {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory call_ = abi.encodeCall(router.payWithPermit, (payment, _sign(operator, payment), v, r, s));
        _expectRevertOf(payer, call_, _insufficientAllowance(0, AMOUNT));
    }

    function _insufficientAllowance(uint256 allowance, uint256 needed) private view returns (bytes memory) {
        return abi.encodeWithSelector(TestToken.InsufficientAllowance.selector, router, allowance, needed);
    }

    function _expectAsPay(PlainToken odd) private {
        IPaymentRouter.Payment memory payment = _fund(odd);
        vm.prank(payer);
        odd.approve(address(router), AMOUNT + FEE - 1);
        _expectRevertBy(
            Path.Permit,
            payment,
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, router, FEE - 1, FEE)
        );

        vm.prank(payer);
        odd.approve(address(router), AMOUNT + FEE);
        _payBy(Path.Permit, payment);
        _assertPaid(address(odd), AMOUNT + FEE);
    }
}
