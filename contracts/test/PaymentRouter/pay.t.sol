// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Vm} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Answering, Reentrant, Refusing, ReturnBomb, Wallet} from "../mocks/Accounts.sol";
import {
    BonusToken,
    BottomlessToken,
    CallbackToken,
    FalseToken,
    LyingToken,
    NoReturnToken,
    TakingToken,
    TaxToken
} from "../mocks/Tokens.sol";
import {PaymentRouterTest} from "./PaymentRouterTest.sol";

contract PaymentRouterPayTest is PaymentRouterTest {
    /// @dev The order of the secp256k1 group.
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /* TERMS */

    function test_A6_PaysAtTheDeadline() public {
        IPaymentRouter.Payment memory payment = _payment();
        vm.warp(payment.deadline);
        _pay(payment);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function test_A6_RevertWhen_TheDeadlineHasPassed() public {
        IPaymentRouter.Payment memory payment = _payment();
        vm.warp(payment.deadline + 1);
        _expectRevert(
            payment, abi.encodeWithSelector(IPaymentRouter.Expired.selector, payment.deadline, payment.deadline + 1)
        );
    }

    function testFuzz_A6_PaysExactlyUntilTheDeadline(uint256 time, uint256 deadline) public {
        time = bound(time, 1, type(uint64).max);
        // Half of the runs at the boundary itself, where the mistakes are.
        deadline = deadline % 2 == 0 ? deadline : bound(deadline, time - 1, time + 1);
        IPaymentRouter.Payment memory payment = _payment();
        payment.deadline = deadline;
        vm.warp(time);
        if (time > deadline) {
            _expectRevert(payment, abi.encodeWithSelector(IPaymentRouter.Expired.selector, deadline, time));
        } else {
            _pay(payment);
            assertEq(token.balanceOf(payee), AMOUNT);
        }
    }

    function test_A1_RevertWhen_TheAmountIsZero() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.amount = 0;
        _expectRevert(payment, abi.encodeWithSelector(IPaymentRouter.ZeroAmount.selector));
    }

    function test_RevertWhen_TheFeeHasNoRecipient() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.feeRecipient = address(0);
        _expectRevert(payment, abi.encodeWithSelector(IPaymentRouter.FeeMismatch.selector, address(0), FEE));
    }

    function test_RevertWhen_TheFeeRecipientHasNoFee() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.feeAmount = 0;
        _expectRevert(payment, abi.encodeWithSelector(IPaymentRouter.FeeMismatch.selector, feeRecipient, 0));
    }

    function test_A13_PaysAFeeAtTheCap() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.amount = 8_000_000;
        payment.feeAmount = 2_000_000;
        _pay(payment);
        assertEq(token.balanceOf(feeRecipient), 2_000_000);
    }

    function test_A13_RevertWhen_TheFeeIsAboveTheCap() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.amount = 8_000_000;
        payment.feeAmount = 2_000_001;
        _expectRevert(payment, abi.encodeWithSelector(IPaymentRouter.FeeTooHigh.selector, 2_000_001, 2_000_000));
    }

    function test_A13_RevertWhen_TheCapRoundsToZero() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.amount = 3;
        payment.feeAmount = 1;
        _expectRevert(payment, abi.encodeWithSelector(IPaymentRouter.FeeTooHigh.selector, 1, 0));
    }

    function testFuzz_A13_TheFeeCapIsExact(uint256 amount, uint256 fee, bool near) public {
        amount = bound(amount, 1, type(uint256).max - 1);
        // Half of the runs within two units of the cap.
        if (near) fee = bound(fee, amount / 4 > 2 ? amount / 4 - 2 : 0, amount / 4 + 2);
        fee = bound(fee, 1, type(uint256).max - amount);
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = address(new BottomlessToken());
        payment.amount = amount;
        payment.feeAmount = fee;

        // The rule as it is written, in 512 bits.
        (uint256 feeHigh, uint256 feeLow) = Math.mul512(fee, 10_000);
        (uint256 capHigh, uint256 capLow) = Math.mul512(amount + fee, 2000);
        if (feeHigh < capHigh || (feeHigh == capHigh && feeLow <= capLow)) {
            _pay(payment);
            assertEq(BottomlessToken(payment.token).balanceOf(payee), amount);
            assertEq(BottomlessToken(payment.token).balanceOf(feeRecipient), fee);
        } else {
            _expectRevert(payment, abi.encodeWithSelector(IPaymentRouter.FeeTooHigh.selector, fee, amount / 4));
        }
    }

    function test_A13_RevertWhen_TheTotalDoesNotFit() public {
        IPaymentRouter.Payment memory payment = _nativePayment();
        payment.amount = type(uint256).max;
        payment.feeAmount = 1;
        bytes memory signature = _sign(operator, payment);
        // In 256 bits the sum is 0.
        vm.expectRevert(abi.encodeWithSelector(IFunds.WrongValue.selector, 0, type(uint256).max));
        vm.prank(payer);
        router.pay(payment, signature);
    }

    /* PARTIES */

    function test_C8_RevertWhen_TheOperatorIsZero() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.operator = address(0);
        _expectRevert(payment, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
    }

    function test_C8_RevertWhen_ThePayeeIsZero() public {
        // In native coin, which a call to zero would burn.
        IPaymentRouter.Payment memory payment = _nativePayment();
        payment.payee = address(0);
        _expectRevert(payment, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
    }

    function test_C8_RevertWhen_ThePayeeIsForbidden() public {
        IPaymentRouter.Payment memory payment = _payment();
        address[3] memory forbidden = [address(router), address(token), payer];
        for (uint256 i; i < forbidden.length; ++i) {
            payment.payee = forbidden[i];
            _expectForbidden(payment, forbidden[i]);
        }
    }

    function test_C8_RevertWhen_TheFeeRecipientIsForbidden() public {
        IPaymentRouter.Payment memory payment = _payment();
        address[4] memory forbidden = [address(router), address(token), payer, payee];
        for (uint256 i; i < forbidden.length; ++i) {
            payment.feeRecipient = forbidden[i];
            _expectForbidden(payment, forbidden[i]);
        }
    }

    function test_C5_RevertWhen_TheSenderIsNotThePayer() public {
        // The payer's allowance is unlimited, and the payment is correctly signed.
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory signature = _sign(operator, payment);
        vm.expectRevert(abi.encodeWithSelector(IPaymentRouter.WrongPayer.selector, stranger.addr, payer));
        vm.prank(stranger.addr);
        router.pay(payment, signature);
    }

    function test_C5_AnOpenPaymentNamesItsEffectivePayer() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.payer = address(0);
        bytes memory signature = _sign(operator, payment);
        _expectRouted(payment, payer);
        _payAs(payer, payment, signature);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function test_A10_RevertWhen_AnOpenPaymentIsPaidBySomebodyElseToo() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.payer = address(0);
        bytes memory signature = _sign(operator, payment);
        _payAs(payer, payment, signature);

        token.mint(stranger.addr, AMOUNT + FEE);
        vm.startPrank(stranger.addr);
        token.approve(address(router), AMOUNT + FEE);
        vm.expectRevert(abi.encodeWithSelector(IOperators.NonceUsed.selector, operator.addr, NONCE));
        router.pay(payment, signature);
    }

    function test_C5_RevertWhen_ThePayeePaysItself() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.payer = address(0);
        bytes memory signature = _sign(operator, payment);
        vm.expectRevert(abi.encodeWithSelector(IPaymentRouter.ForbiddenParty.selector, payee));
        vm.prank(payee);
        router.pay(payment, signature);
    }

    function test_B19_TheEventNamesTheContractThatPays() public {
        (Wallet wallet, Wallet.Call[] memory calls) = _walletPayments(1);
        IPaymentRouter.Payment memory payment = _walletPayment(wallet, 0);
        _expectRouted(payment, address(wallet));
        vm.prank(stranger.addr, stranger.addr);
        wallet.multicall(calls);
        assertEq(token.balanceOf(payee), AMOUNT);
        assertEq(token.balanceOf(address(wallet)), 0);
    }

    function test_B19_SeveralPaymentsInOneTransaction() public {
        (Wallet wallet, Wallet.Call[] memory calls) = _walletPayments(3);
        vm.recordLogs();
        vm.prank(stranger.addr, stranger.addr);
        wallet.multicall(calls);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 found;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IPaymentRouter.PaymentRouted.selector) continue;
            assertEq(logs[i].topics[2], _walletPayment(wallet, found).requestId);
            ++found;
        }
        assertEq(found, 3);
        assertEq(token.balanceOf(payee), 3 * AMOUNT);
        assertEq(token.balanceOf(feeRecipient), 3 * FEE);
    }

    /* REFUND */

    function test_RefundIsPaidAndEmitsItsOwnEvent() public {
        _pay(_payment());
        vm.prank(payee);
        token.approve(address(router), AMOUNT);
        uint256 before = token.balanceOf(payer);

        IPaymentRouter.Payment memory refund = _refund();
        bytes memory signature = _sign(operator, refund);
        _expectRouted(refund, payee);
        vm.recordLogs();
        _payAs(payee, refund, signature);

        assertEq(token.balanceOf(payer), before + AMOUNT);
        assertEq(token.balanceOf(payee), 0);
        assertEq(token.balanceOf(feeRecipient), FEE);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            assertNotEq(logs[i].topics[0], IPaymentRouter.PaymentRouted.selector);
        }
    }

    function test_RefundInNativeCoin() public {
        deal(payee, AMOUNT);
        uint256 before = payer.balance;
        IPaymentRouter.Payment memory refund = _refund();
        refund.token = address(0);
        bytes memory signature = _sign(operator, refund);
        _expectRouted(refund, payee);
        _payAs(payee, refund, signature);
        assertEq(payer.balance, before + AMOUNT);
        assertEq(payee.balance, 0);
    }

    function test_RevertWhen_ARefundHasNoPayer() public {
        IPaymentRouter.Payment memory refund = _refund();
        refund.payee = stranger.addr;
        refund.payer = address(0);
        _expectRevert(refund, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
    }

    function test_RevertWhen_ARefundHasAFee() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.parent = keccak256("snapshot of an earlier payment");
        _expectRevert(payment, abi.encodeWithSelector(IPaymentRouter.FeeTooHigh.selector, FEE, 0));
    }

    function test_A10_RevertWhen_ARefundReusesTheNonceOfThePayment() public {
        _pay(_payment());
        IPaymentRouter.Payment memory refund = _refund();
        refund.nonce = NONCE;
        bytes memory signature = _sign(operator, refund);
        vm.startPrank(payee);
        token.approve(address(router), AMOUNT);
        vm.expectRevert(abi.encodeWithSelector(IOperators.NonceUsed.selector, operator.addr, NONCE));
        router.pay(refund, signature);
    }

    /* SIGNATURE */

    function test_PaysWhatADelegateSigned() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory signature = _sign(delegate, payment);
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, uint48(NOW + 60));
        vm.warp(NOW + 60);
        _expectRouted(payment, payer);
        _payAs(payer, payment, signature);
    }

    function test_RevertWhen_TheDelegateHasExpired() public {
        IPaymentRouter.Payment memory payment = _payment();
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, uint48(NOW + 60));
        vm.warp(NOW + 61);
        _expectWrongSigner(payment, _sign(delegate, payment), delegate.addr);
    }

    function test_D4_RevertWhen_TheDelegateIsRevoked() public {
        IPaymentRouter.Payment memory payment = _payment();
        vm.startPrank(operator.addr);
        router.setSigner(delegate.addr, type(uint48).max);
        router.setSigner(delegate.addr, 0);
        vm.stopPrank();
        _expectWrongSigner(payment, _sign(delegate, payment), delegate.addr);
    }

    function test_RevertWhen_ADelegateOfAnotherOperatorSigned() public {
        IPaymentRouter.Payment memory payment = _payment();
        vm.prank(stranger.addr);
        router.setSigner(delegate.addr, type(uint48).max);
        _expectWrongSigner(payment, _sign(delegate, payment), delegate.addr);
    }

    function test_RevertWhen_AStrangerSigned() public {
        IPaymentRouter.Payment memory payment = _payment();
        _expectWrongSigner(payment, _sign(stranger, payment), stranger.addr);
    }

    function test_RevertWhen_TheSignatureHasAnotherLength() public {
        IPaymentRouter.Payment memory payment = _payment();
        (bytes32 r, bytes32 vs) = vm.signCompact(operator.privateKey, router.digest(payment));
        _expectWrongSigner(payment, "", address(0));
        _expectWrongSigner(payment, abi.encodePacked(r, vs), address(0));
        _expectWrongSigner(payment, abi.encodePacked(_sign(operator, payment), uint8(0)), address(0));
    }

    function test_RevertWhen_TheSignatureIsMalleated() public {
        IPaymentRouter.Payment memory payment = _payment();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(operator.privateKey, router.digest(payment));
        bytes memory malleated = abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27));
        _expectWrongSigner(payment, malleated, address(0));
    }

    /// @dev Each of the 11 words and 65 signature bytes, every bit: 3,336 calls that must all fail, then the one that pays.
    function test_D1_RevertWhen_AnyBitIsFlipped() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory call_ = abi.encodeCall(router.pay, (payment, _sign(operator, payment)));
        // Selector, 11 words of the payment; then after the signature's offset and length its 65 bytes.
        uint256[2] memory starts = [uint256(4), 4 + 13 * 32];
        uint256[2] memory lengths = [uint256(11 * 32), 65];

        vm.startPrank(payer);
        for (uint256 part; part < 2; ++part) {
            for (uint256 bit; bit < lengths[part] * 8; ++bit) {
                uint256 index = starts[part] + bit / 8;
                bytes1 original = call_[index];
                call_[index] = original ^ bytes1(uint8(1 << (bit % 8)));
                (bool paid,) = address(router).call(call_);
                assertFalse(paid, string.concat("paid with a flipped bit in byte ", vm.toString(index)));
                call_[index] = original;
            }
        }
        (bool success,) = address(router).call(call_);
        assertTrue(success);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function test_A1_RevertWhen_ThePayerLowersTheAmount() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory signature = _sign(operator, payment);
        payment.amount -= 1;
        vm.expectPartialRevert(IOperators.WrongSigner.selector);
        vm.prank(payer);
        router.pay(payment, signature);
    }

    function test_C1_RevertWhen_PaidOnAnotherChain() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory signature = _sign(operator, payment);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IOperators.WrongSigner.selector);
        vm.prank(payer);
        router.pay(payment, signature);
    }

    function test_D2_RevertWhen_PaidThroughAnotherRouter() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory signature = _sign(operator, payment);
        PaymentRouter other = new PaymentRouter();
        vm.startPrank(payer);
        token.approve(address(other), type(uint256).max);
        vm.expectPartialRevert(IOperators.WrongSigner.selector);
        other.pay(payment, signature);
    }

    function test_C7_PaysWhatAContractOperatorAccepts() public {
        Wallet wallet = new Wallet();
        IPaymentRouter.Payment memory payment = _payment();
        payment.operator = address(wallet);
        wallet.accept(router.digest(payment), "agreed");
        _expectRouted(payment, payer);
        _payAs(payer, payment, "agreed");
    }

    function test_C7_RevertWhen_TheContractOperatorRefuses() public {
        Wallet wallet = new Wallet();
        IPaymentRouter.Payment memory payment = _payment();
        payment.operator = address(wallet);
        wallet.accept(router.digest(payment), "agreed");
        // Evaluated when it is paid, not when it was signed.
        wallet.accept(0, "");
        _expectWrongSigner(payment, "agreed", address(0));
        _expectWrongSigner(payment, _sign(stranger, payment), stranger.addr);
    }

    function test_C7_RevertWhen_TheContractOperatorAnswersNonsense() public {
        IPaymentRouter.Payment memory payment = _payment();
        address[4] memory operators = [
            address(new Refusing()),
            address(new Answering("")),
            address(new Answering(abi.encodePacked(bytes4(0x1626ba7e)))),
            address(new Answering(abi.encode(true)))
        ];
        for (uint256 i; i < operators.length; ++i) {
            payment.operator = operators[i];
            _expectWrongSigner(payment, "agreed", address(0));
        }
    }

    function test_PaysWhatTheDelegateOfAContractOperatorSigned() public {
        Wallet wallet = new Wallet();
        vm.prank(address(wallet));
        router.setSigner(delegate.addr, type(uint48).max);
        IPaymentRouter.Payment memory payment = _payment();
        payment.operator = address(wallet);
        bytes memory signature = _sign(delegate, payment);
        _expectRouted(payment, payer);
        _payAs(payer, payment, signature);
    }

    function test_C7_PaysWhatAnEip7702OperatorSigned() public {
        // The account's code knows no ERC-1271, which would decide if code were asked before the key.
        vm.signAndAttachDelegation(address(new Refusing()), operator.privateKey);
        vm.prank(stranger.addr);
        token.approve(address(router), 0);
        assertGt(operator.addr.code.length, 0);
        _pay(_payment());
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    /* NONCE */

    function test_A10_RevertWhen_PaidTwice() public {
        IPaymentRouter.Payment memory payment = _payment();
        _pay(payment);
        _expectNonceUsed(payment);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function test_A9_RevertWhen_TheUnitWasPaidByAnotherRequest() public {
        _pay(_payment());
        IPaymentRouter.Payment memory reissued = _payment();
        reissued.requestId = keccak256("another snapshot of the same unit");
        reissued.deadline += 1 days;
        _expectNonceUsed(reissued);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function test_A8_RevertWhen_TheNonceIsCancelled() public {
        vm.prank(operator.addr);
        router.cancel(NONCE >> 8, 1 << (NONCE & 0xff));
        _expectNonceUsed(_payment());
    }

    function test_OperatorsDoNotShareNonces() public {
        _pay(_payment());
        // Somebody else signs the very same reference: only under its own name.
        IPaymentRouter.Payment memory payment = _payment();
        payment.operator = stranger.addr;
        bytes memory signature = _sign(stranger, payment);
        _expectRouted(payment, payer);
        _payAs(payer, payment, signature);
        assertEq(token.balanceOf(payee), 2 * AMOUNT);
    }

    function test_NeighbouringNoncesAreIndependent() public {
        uint256[8] memory nonces = [uint256(0), 1, 255, 256, 511, 512, type(uint256).max - 1, type(uint256).max];
        IPaymentRouter.Payment memory payment = _payment();
        for (uint256 i; i < nonces.length; ++i) {
            payment.nonce = nonces[i];
            _pay(payment);
        }
        for (uint256 i; i < nonces.length; ++i) {
            payment.nonce = nonces[i];
            _expectNonceUsed(payment);
        }
        assertEq(token.balanceOf(payee), nonces.length * AMOUNT);
    }

    /* TOKEN */

    function test_PaysATokenAndItsFee() public {
        uint256 before = token.balanceOf(payer);
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory signature = _sign(operator, payment);
        _expectRouted(payment, payer);
        _payAs(payer, payment, signature);
        assertEq(token.balanceOf(payer), before - AMOUNT - FEE);
        assertEq(token.balanceOf(payee), AMOUNT);
        assertEq(token.balanceOf(feeRecipient), FEE);
        assertEq(token.balanceOf(address(router)), 0);
        assertTrue(router.isUsed(operator.addr, NONCE));
    }

    function test_PaysATokenWithoutAFee() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.feeRecipient = address(0);
        payment.feeAmount = 0;
        uint256 before = token.balanceOf(payer);
        bytes memory signature = _sign(operator, payment);
        _expectRouted(payment, payer);
        _payAs(payer, payment, signature);
        assertEq(token.balanceOf(payer), before - AMOUNT);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function test_RevertWhen_ValueIsSentWithAToken() public {
        IPaymentRouter.Payment memory payment = _payment();
        _expectWrongValue(payment, 1, 0);
    }

    function test_RevertWhen_TheAllowanceOrBalanceIsTooLow() public {
        IPaymentRouter.Payment memory payment = _payment();
        vm.prank(payer);
        token.approve(address(router), AMOUNT + FEE - 1);
        _expectRevert(payment, abi.encodeWithSelector(TestToken.InsufficientAllowance.selector, router, FEE - 1, FEE));

        payment.amount = token.balanceOf(payer) + 1;
        vm.prank(payer);
        token.approve(address(router), type(uint256).max);
        _expectRevert(
            payment,
            abi.encodeWithSelector(TestToken.InsufficientBalance.selector, payer, payment.amount - 1, payment.amount)
        );
    }

    function test_C3_PaysATokenThatReturnsNothing() public {
        NoReturnToken odd = new NoReturnToken();
        _pay(_fund(odd));
        assertEq(odd.balanceOf(payee), AMOUNT);
        assertEq(odd.balanceOf(feeRecipient), FEE);
    }

    function test_C3_RevertWhen_TheTokenReturnsFalse() public {
        IPaymentRouter.Payment memory payment = _fund(new FalseToken());
        _expectRevert(payment, abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, payment.token));
    }

    function test_A4_RevertWhen_TheTokenMovesNothing() public {
        _expectInexact(_fund(new LyingToken()), 0);
    }

    function test_A4_RevertWhen_TheTokenKeepsAPart() public {
        _expectInexact(_fund(new TaxToken()), AMOUNT - AMOUNT / 100);
    }

    function test_A4_RevertWhen_TheTokenDeliversMore() public {
        _expectInexact(_fund(new BonusToken()), AMOUNT + 1);
    }

    function test_A4_RevertWhen_ThePayeesBalanceFalls() public {
        TakingToken odd = new TakingToken();
        odd.mint(payee, 5);
        _expectInexact(_fund(odd), 0);
    }

    function test_C4_RevertWhen_APartyIsBlacklisted() public {
        IPaymentRouter.Payment memory payment = _payment();
        address[3] memory parties = [payer, payee, feeRecipient];
        for (uint256 i; i < parties.length; ++i) {
            token.blacklist(parties[i]);
            _expectRevert(payment, abi.encodeWithSelector(TestToken.AccountBlacklisted.selector, parties[i]));
            token.unBlacklist(parties[i]);
        }
        // A refusal uses up nothing.
        _pay(payment);
    }

    function test_C2_RevertWhen_TheTokenHasNoCode() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = makeAddr("no token here");
        _expectRevert(payment, "");
    }

    function test_RevertWhen_ThePayeeReentersFromATokenCallback() public {
        CallbackToken odd = new CallbackToken();
        Reentrant reentrant = _armed();
        IPaymentRouter.Payment memory payment = _fund(odd);
        payment.payee = address(reentrant);
        _pay(payment);
        assertEq(
            reentrant.failure(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(odd.balanceOf(address(reentrant)), AMOUNT);
        assertFalse(router.isUsed(operator.addr, NONCE + 1));

        // The same call from outside a payment pays.
        reentrant.tokensReceived();
        assertTrue(router.isUsed(operator.addr, NONCE + 1));
    }

    /* NATIVE COIN */

    function test_PaysNativeCoinAndItsFee() public {
        uint256 before = payer.balance;
        IPaymentRouter.Payment memory payment = _nativePayment();
        bytes memory signature = _sign(operator, payment);
        _expectRouted(payment, payer);
        _payAs(payer, payment, signature);
        assertEq(payer.balance, before - AMOUNT - FEE);
        assertEq(payee.balance, AMOUNT);
        assertEq(feeRecipient.balance, FEE);
        assertEq(address(router).balance, 0);
    }

    function test_PaysNativeCoinWithoutAFee() public {
        IPaymentRouter.Payment memory payment = _nativePayment();
        payment.feeRecipient = address(0);
        payment.feeAmount = 0;
        bytes memory signature = _sign(operator, payment);
        vm.expectCall(address(0), 0, "", 0);
        _expectRouted(payment, payer);
        _payAs(payer, payment, signature);
        assertEq(payee.balance, AMOUNT);
    }

    function test_A5_RevertWhen_TheValueIsNotExact() public {
        IPaymentRouter.Payment memory payment = _nativePayment();
        _expectWrongValue(payment, 0, AMOUNT + FEE);
        _expectWrongValue(payment, AMOUNT, AMOUNT + FEE);
        _expectWrongValue(payment, AMOUNT + FEE - 1, AMOUNT + FEE);
        _expectWrongValue(payment, AMOUNT + FEE + 1, AMOUNT + FEE);
    }

    function test_C9_RevertWhen_ThePayeeRefusesNativeCoin() public {
        IPaymentRouter.Payment memory payment = _nativePayment();
        payment.payee = address(new Refusing());
        _expectRevert(payment, abi.encodeWithSelector(IPaymentRouter.NativeTransferFailed.selector, payment.payee));
    }

    function test_C9_RevertWhen_TheFeeRecipientRefusesNativeCoin() public {
        IPaymentRouter.Payment memory payment = _nativePayment();
        payment.feeRecipient = address(new Refusing());
        _expectRevert(
            payment, abi.encodeWithSelector(IPaymentRouter.NativeTransferFailed.selector, payment.feeRecipient)
        );
        assertEq(payee.balance, 0);
    }

    function test_PaysAReturnBombWithoutCopyingItsAnswer() public {
        IPaymentRouter.Payment memory payment = _nativePayment();
        payment.payee = address(new ReturnBomb());
        bytes memory signature = _sign(operator, payment);
        // The megabyte costs its maker some two million gas; copying it would cost the router as much again.
        vm.prank(payer);
        router.pay{value: AMOUNT + FEE, gas: 2_400_000}(payment, signature);
        assertEq(payment.payee.balance, AMOUNT);
    }

    function test_RevertWhen_ThePayeeReentersOnReceipt() public {
        Reentrant reentrant = _armed();
        IPaymentRouter.Payment memory payment = _nativePayment();
        payment.payee = address(reentrant);
        _pay(payment);
        assertEq(
            reentrant.failure(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(address(reentrant).balance, AMOUNT);
        assertFalse(router.isUsed(operator.addr, NONCE + 1));

        // The same call from outside a payment pays.
        reentrant.tokensReceived();
        assertTrue(router.isUsed(operator.addr, NONCE + 1));
    }

    function test_A3_RevertWhen_NativeCoinIsSentToTheRouter() public {
        vm.startPrank(payer);
        (bool plain,) = address(router).call{value: 1}("");
        (bool unknown,) = address(router).call{value: 1}(hex"deadbeef");
        assertFalse(plain || unknown);
    }

    /* SHORTHAND */

    function _expectWrongSigner(IPaymentRouter.Payment memory payment, bytes memory signature, address recovered)
        private
    {
        vm.expectRevert(abi.encodeWithSelector(IOperators.WrongSigner.selector, recovered));
        vm.prank(payer);
        router.pay(payment, signature);
    }

    function _expectNonceUsed(IPaymentRouter.Payment memory payment) private {
        _expectRevert(payment, abi.encodeWithSelector(IOperators.NonceUsed.selector, payment.operator, payment.nonce));
    }

    function _expectInexact(IPaymentRouter.Payment memory payment, uint256 received) private {
        _expectRevert(payment, abi.encodeWithSelector(IFunds.InexactTransfer.selector, payment.amount, received));
    }

    function _expectWrongValue(IPaymentRouter.Payment memory payment, uint256 sent, uint256 needed) private {
        bytes memory signature = _sign(operator, payment);
        vm.expectRevert(abi.encodeWithSelector(IFunds.WrongValue.selector, sent, needed));
        vm.prank(payer);
        router.pay{value: sent}(payment, signature);
    }

    /// @dev A contract wallet with allowance and balance for `count` payments, and the calls that make them.
    function _walletPayments(uint256 count) private returns (Wallet wallet, Wallet.Call[] memory calls) {
        wallet = new Wallet();
        token.mint(address(wallet), count * (AMOUNT + FEE));
        calls = new Wallet.Call[](count + 1);
        calls[0] = Wallet.Call(address(token), 0, abi.encodeCall(token.approve, (address(router), type(uint256).max)));
        for (uint256 i; i < count; ++i) {
            IPaymentRouter.Payment memory payment = _walletPayment(wallet, i);
            calls[i + 1] =
                Wallet.Call(address(router), 0, abi.encodeCall(router.pay, (payment, _sign(operator, payment))));
        }
    }

    function _walletPayment(Wallet wallet, uint256 index) private view returns (IPaymentRouter.Payment memory payment) {
        payment = _payment();
        payment.payer = address(wallet);
        payment.requestId = keccak256(abi.encode("unit", index));
        payment.nonce = NONCE + index;
    }

    /// @dev A payee that, once it is paid, pays one of its own payments, which would succeed from outside.
    function _armed() private returns (Reentrant reentrant) {
        reentrant = new Reentrant();
        IPaymentRouter.Payment memory inner = _payment();
        inner.payer = address(reentrant);
        inner.token = address(token);
        inner.amount = 1;
        inner.feeRecipient = address(0);
        inner.feeAmount = 0;
        inner.nonce = NONCE + 1;
        token.mint(address(reentrant), 1);
        vm.prank(address(reentrant));
        token.approve(address(router), 1);
        reentrant.arm(router, abi.encodeCall(router.pay, (inner, _sign(operator, inner))));
    }
}
