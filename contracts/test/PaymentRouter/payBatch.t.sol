// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {stdError} from "forge-std/StdError.sol";
import {Vm} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Reentrant, Refusing, Wallet} from "../mocks/Accounts.sol";
import {BottomlessToken, CallbackToken, LyingToToken} from "../mocks/Tokens.sol";
import {PaymentRouterTest} from "./PaymentRouterTest.sol";

contract PaymentRouterPayBatchTest is PaymentRouterTest {
    uint256 private constant COUNT = 3;

    /* BATCH */

    function test_RevertWhen_TheBatchIsEmpty() public {
        _expectBatchRevert(new IPaymentRouter.Payment[](0), abi.encodeWithSelector(IPaymentRouter.EmptyBatch.selector));
    }

    function test_PaysABatchOfOne() public {
        IPaymentRouter.Payment[] memory payments = _payments(1);
        _payBatch(payments);
        assertEq(token.balanceOf(payments[0].payee), payments[0].amount);
        assertEq(token.balanceOf(feeRecipient), payments[0].feeAmount);
    }

    function test_RevertWhen_AnOperatorDiffers() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].operator = stranger.addr;
            // The first sets the measure, so when it differs the second does.
            _expectMixed(payments, i == 0 ? 1 : i);
        }
    }

    function test_RevertWhen_ATokenDiffers() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].token = makeAddr("another token");
            _expectMixed(payments, i == 0 ? 1 : i);
        }
    }

    function test_RevertWhen_AFeeRecipientDiffers() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].feeRecipient = makeAddr("another fee recipient");
            _expectMixed(payments, i == 0 ? 1 : i);

            payments[i].feeRecipient = address(0);
            payments[i].feeAmount = 0;
            _expectMixed(payments, i == 0 ? 1 : i);
        }
    }

    function test_C5_RevertWhen_APaymentOfABatchIsOpen() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].payer = address(0);
            _expectMixed(payments, i);
        }
    }

    function test_RevertWhen_APaymentOfABatchIsARefund() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _withoutFees(_payments(COUNT));
            payments[i].parent = keccak256("snapshot of an earlier payment");
            _expectMixed(payments, i);
        }
    }

    function test_RevertWhen_ABatchIsOfNativeCoin() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        for (uint256 i = COUNT; i > 0; --i) {
            payments[i - 1].token = address(0);
            uint256 needed = payments[i - 1].amount + payments[i - 1].feeAmount;
            _expectBatchRevert(payments, abi.encodeWithSelector(IFunds.WrongValue.selector, 0, needed));
        }
    }

    function test_RevertWhen_ValueIsSentWithABatch() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        bytes memory call_ = abi.encodeCall(router.payBatch, (payments, _signBatch(operator, payments)));
        vm.startPrank(payer);
        (bool paid, bytes memory reason) = address(router).call{value: 1}(call_);
        assertFalse(paid);
        assertEq(reason, "");
        (paid,) = address(router).call(call_);
        assertTrue(paid);
    }

    /* EACH PAYMENT */

    function test_A6_ABatchIsPaidUntilItsFirstDeadline() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].deadline = NOW + 60;
            vm.warp(NOW + 61);
            _expectBatchRevert(payments, abi.encodeWithSelector(IPaymentRouter.Expired.selector, NOW + 60, NOW + 61));
        }
        IPaymentRouter.Payment[] memory last = _payments(COUNT);
        last[1].deadline = NOW + 60;
        vm.warp(NOW + 60);
        _payBatch(last);
        _assertPaid(last);
    }

    function test_A1_RevertWhen_AnAmountOfABatchIsZero() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].amount = 0;
            _expectBatchRevert(payments, abi.encodeWithSelector(IPaymentRouter.ZeroAmount.selector));
        }
    }

    function test_RevertWhen_AFeeOfABatchHasNoRecipient() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].feeAmount = 0;
            _expectBatchRevert(payments, abi.encodeWithSelector(IPaymentRouter.FeeMismatch.selector, feeRecipient, 0));

            payments = _payments(COUNT);
            payments[i].feeRecipient = address(0);
            _expectBatchRevert(
                payments, abi.encodeWithSelector(IPaymentRouter.FeeMismatch.selector, address(0), payments[i].feeAmount)
            );
        }
    }

    function test_A13_RevertWhen_AFeeOfABatchIsAboveItsCap() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].amount = 8_000_000;
            payments[i].feeAmount = 2_000_001;
            _expectBatchRevert(
                payments, abi.encodeWithSelector(IPaymentRouter.FeeTooHigh.selector, 2_000_001, 2_000_000)
            );
        }
    }

    function test_C8_RevertWhen_APayeeOfABatchIsZero() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].payee = address(0);
            _expectBatchRevert(payments, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
        }
    }

    function test_C8_RevertWhen_APayeeOfABatchIsForbidden() public {
        address[3] memory forbidden = [address(router), address(token), payer];
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            for (uint256 j; j < forbidden.length; ++j) {
                payments[i].payee = forbidden[j];
                _expectForbiddenParty(payments, forbidden[j]);
            }
        }
    }

    function test_C8_RevertWhen_APayeeIsTheFeeRecipientOfTheBatch() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].payee = feeRecipient;
            _expectForbiddenParty(payments, feeRecipient);
        }
    }

    function test_C8_RevertWhen_TheFeeRecipientOfABatchIsForbidden() public {
        address[3] memory forbidden = [address(router), address(token), payer];
        for (uint256 j; j < forbidden.length; ++j) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            for (uint256 i; i < COUNT; ++i) {
                payments[i].feeRecipient = forbidden[j];
            }
            _expectForbiddenParty(payments, forbidden[j]);
        }
    }

    function test_C8_RevertWhen_TheOperatorOfABatchIsZero() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        for (uint256 i; i < COUNT; ++i) {
            payments[i].operator = address(0);
        }
        _expectBatchRevert(payments, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
    }

    function test_C5_RevertWhen_APaymentOfABatchNamesAnotherPayer() public {
        token.mint(stranger.addr, 1_000_000_000);
        vm.prank(stranger.addr);
        token.approve(address(router), type(uint256).max);
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].payer = stranger.addr;
            _expectBatchRevert(
                payments, abi.encodeWithSelector(IPaymentRouter.WrongPayer.selector, payer, stranger.addr)
            );
        }
    }

    /* SIGNATURE */

    function test_PaysABatchThatADelegateSigned() public {
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, uint48(NOW + 60));
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        bytes memory signature = _signBatch(delegate, payments);

        vm.warp(NOW + 61);
        _expectWrongSigner(payments, signature, delegate.addr);
        vm.warp(NOW + 60);
        _payBatchAs(payer, payments, signature);
        _assertPaid(payments);
    }

    function test_RevertWhen_AStrangerSignedTheBatch() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        _expectWrongSigner(payments, _signBatch(stranger, payments), stranger.addr);
        _expectWrongSigner(payments, "", address(0));
    }

    function test_C7_PaysABatchThatAContractOperatorAccepts() public {
        Wallet wallet = new Wallet();
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        for (uint256 i; i < COUNT; ++i) {
            payments[i].operator = address(wallet);
        }
        wallet.accept(router.digest(payments[0]), "agreed");
        _expectWrongSigner(payments, "agreed", address(0));

        wallet.accept(router.batchDigest(payments), "agreed");
        _payBatchAs(payer, payments, "agreed");
        _assertPaid(payments);
    }

    function test_C7_PaysABatchThatAnEip7702OperatorSigned() public {
        vm.signAndAttachDelegation(address(new Refusing()), operator.privateKey);
        vm.prank(stranger.addr);
        token.approve(address(router), 0);
        assertGt(operator.addr.code.length, 0);

        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        _payBatch(payments);
        _assertPaid(payments);
    }

    function test_D1_RevertWhen_TheBatchIsNotTheSignedOne() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        bytes memory signature = _signBatch(operator, payments);

        IPaymentRouter.Payment[] memory swapped = _payments(COUNT);
        (swapped[0], swapped[1]) = (payments[1], payments[0]);
        IPaymentRouter.Payment[][3] memory others = [swapped, _payments(COUNT - 1), _payments(COUNT + 1)];
        for (uint256 i; i < others.length; ++i) {
            vm.expectPartialRevert(IOperators.WrongSigner.selector);
            vm.prank(payer);
            router.payBatch(others[i], signature);
        }
        _payBatchAs(payer, payments, signature);
        _assertPaid(payments);
    }

    /// @dev Each word of both payments and the 65 signature bytes, every bit: 6,152 calls that must all fail, then the one
    /// that pays.
    function test_D1_RevertWhen_AnyBitOfABatchIsFlipped() public {
        IPaymentRouter.Payment[] memory payments = _payments(2);
        bytes memory call_ = abi.encodeCall(router.payBatch, (payments, _signBatch(operator, payments)));
        // Selector, two offsets, the count; 22 words of payments; then the signature's length.
        uint256[2] memory starts = [uint256(4 + 3 * 32), 4 + 26 * 32];
        uint256[2] memory lengths = [uint256(22 * 32), 65];

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
        _assertPaid(payments);
    }

    function test_D2_RevertWhen_TheBatchWasSignedForAnotherChainOrRouter() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        bytes memory signature = _signBatch(operator, payments);
        PaymentRouter other = new PaymentRouter();
        vm.startPrank(payer);
        token.approve(address(other), type(uint256).max);
        vm.expectPartialRevert(IOperators.WrongSigner.selector);
        other.payBatch(payments, signature);

        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IOperators.WrongSigner.selector);
        router.payBatch(payments, signature);
    }

    function test_RevertWhen_ThePaymentsSignatureComesWithABatch() public {
        IPaymentRouter.Payment[] memory payments = _payments(1);
        bytes memory signature = _sign(operator, payments[0]);
        vm.expectPartialRevert(IOperators.WrongSigner.selector);
        vm.prank(payer);
        router.payBatch(payments, signature);
    }

    function test_RevertWhen_TheBatchsSignatureComesWithAPayment() public {
        IPaymentRouter.Payment[] memory payments = _payments(1);
        bytes memory signature = _signBatch(operator, payments);
        vm.expectPartialRevert(IOperators.WrongSigner.selector);
        vm.prank(payer);
        router.pay(payments[0], signature);
    }

    /* NONCE */

    function test_A9_RevertWhen_ANonceIsTwiceInABatch() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            payments[i].nonce = payments[(i + 1) % COUNT].nonce;
            _expectNonceUsed(payments, payments[i].nonce);
        }
    }

    function test_A10_RevertWhen_APaymentOfABatchWasPaid() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < COUNT; ++i) {
            _pay(payments[i]);
            _expectNonceUsed(payments, payments[i].nonce);
            assertFalse(router.isUsed(operator.addr, payments[(i + 1) % COUNT].nonce));
            vm.revertToState(untouched);
        }
    }

    function test_A8_RevertWhen_ANonceOfABatchIsCancelled() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < COUNT; ++i) {
            vm.prank(operator.addr);
            router.cancel(payments[i].nonce >> 8, 1 << (payments[i].nonce & 0xff));
            _expectNonceUsed(payments, payments[i].nonce);
            vm.revertToState(untouched);
        }
    }

    function test_A10_RevertWhen_ABatchIsPaidTwice() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        _payBatch(payments);
        _expectNonceUsed(payments, payments[0].nonce);
        for (uint256 i; i < COUNT; ++i) {
            _expectRevert(
                payments[i], abi.encodeWithSelector(IOperators.NonceUsed.selector, operator.addr, payments[i].nonce)
            );
        }
        _assertPaid(payments);
    }

    function test_PaysABatchAcrossWords() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        payments[0].nonce = 255;
        payments[1].nonce = 256;
        payments[2].nonce = type(uint256).max;
        _payBatch(payments);
        _assertPaid(payments);
    }

    /* MONEY */

    function test_PaysEachAndEmitsItsOwnEvent() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        bytes memory signature = _signBatch(operator, payments);
        uint256 before = token.balanceOf(payer);
        for (uint256 i; i < COUNT; ++i) {
            _expectRouted(payments[i], payer);
        }
        vm.recordLogs();
        _payBatchAs(payer, payments, signature);

        _assertPaid(payments);
        assertEq(token.balanceOf(payer), before - 6 * (AMOUNT + FEE));
        assertEq(token.balanceOf(address(router)), 0);
        assertEq(_routed(vm.getRecordedLogs()).length, COUNT);
    }

    function test_PaysAllFeesInOneTransfer() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        vm.expectCall(address(token), abi.encodeCall(IERC20.transferFrom, (payer, feeRecipient, 6 * FEE)), 1);
        vm.recordLogs();
        _payBatch(payments);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 transfers;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == IERC20.Transfer.selector) ++transfers;
        }
        assertEq(transfers, COUNT + 1);
        assertEq(token.balanceOf(feeRecipient), 6 * FEE);
    }

    function test_PaysABatchWithoutFees() public {
        IPaymentRouter.Payment[] memory payments = _withoutFees(_payments(COUNT));
        vm.recordLogs();
        _payBatch(payments);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == IERC20.Transfer.selector) assertNotEq(logs[i].topics[2], 0);
        }
        _assertPaid(payments);
        assertEq(token.balanceOf(feeRecipient), 0);
    }

    function test_PaysAPayeeTwice() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        payments[2].payee = payments[0].payee;
        _payBatch(payments);
        assertEq(token.balanceOf(payments[0].payee), 4 * AMOUNT);
        assertEq(token.balanceOf(payments[1].payee), 2 * AMOUNT);
        assertEq(token.balanceOf(feeRecipient), 6 * FEE);
    }

    function test_B19_TheEventsOfABatchNameTheContractThatPays() public {
        Wallet wallet = new Wallet();
        token.mint(address(wallet), 6 * (AMOUNT + FEE));
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        for (uint256 i; i < COUNT; ++i) {
            payments[i].payer = address(wallet);
        }
        Wallet.Call[] memory calls = new Wallet.Call[](2);
        calls[0] = Wallet.Call(address(token), 0, abi.encodeCall(token.approve, (address(router), type(uint256).max)));
        calls[1] = Wallet.Call(
            address(router), 0, abi.encodeCall(router.payBatch, (payments, _signBatch(operator, payments)))
        );
        for (uint256 i; i < COUNT; ++i) {
            _expectRouted(payments[i], address(wallet));
        }
        vm.prank(stranger.addr, stranger.addr);
        wallet.multicall(calls);
        _assertPaid(payments);
        assertEq(token.balanceOf(address(wallet)), 0);
    }

    function test_C4_RevertWhen_APayeeOfABatchIsBlacklisted() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        for (uint256 i; i < COUNT; ++i) {
            token.blacklist(payments[i].payee);
            _expectBatchRevert(
                payments, abi.encodeWithSelector(TestToken.AccountBlacklisted.selector, payments[i].payee)
            );
            token.unBlacklist(payments[i].payee);
        }
        // A refusal uses up nothing.
        _payBatch(payments);
        _assertPaid(payments);
    }

    function test_RevertWhen_TheMoneyIsShortOfTheBatch() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        vm.prank(payer);
        token.approve(address(router), 6 * (AMOUNT + FEE) - 1);
        _expectBatchRevert(
            payments, abi.encodeWithSelector(TestToken.InsufficientAllowance.selector, router, 6 * FEE - 1, 6 * FEE)
        );

        vm.startPrank(payer);
        token.approve(address(router), type(uint256).max);
        token.transfer(stranger.addr, token.balanceOf(payer) - 6 * (AMOUNT + FEE) + 1);
        vm.stopPrank();
        _expectBatchRevert(
            payments, abi.encodeWithSelector(TestToken.InsufficientBalance.selector, payer, 6 * FEE - 1, 6 * FEE)
        );
    }

    function test_A4_RevertWhen_OnePayeeOfABatchReceivesLess() public {
        for (uint256 i; i < COUNT; ++i) {
            IPaymentRouter.Payment[] memory payments = _payments(COUNT);
            LyingToToken odd = new LyingToToken(payments[i].payee);
            _fund(odd);
            odd.mint(payer, 6 * (AMOUNT + FEE));
            for (uint256 j; j < COUNT; ++j) {
                payments[j].token = address(odd);
            }
            _expectBatchRevert(payments, abi.encodeWithSelector(IFunds.InexactTransfer.selector, payments[i].amount, 0));
        }
    }

    function test_C2_RevertWhen_TheTokenOfABatchHasNoCode() public {
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        for (uint256 i; i < COUNT; ++i) {
            payments[i].token = makeAddr("no token here");
        }
        _expectBatchRevert(payments, "");
    }

    function test_A13_RevertWhen_TheSumOfTheFeesDoesNotFit() public {
        // Each is within its own cap; eight of these fees are 2^256.
        IPaymentRouter.Payment[] memory payments = _payments(8);
        address odd = address(new BottomlessToken());
        for (uint256 i; i < payments.length; ++i) {
            payments[i].token = odd;
            payments[i].amount = 1 << 255;
            payments[i].feeAmount = 1 << 253;
        }
        _expectBatchRevert(payments, stdError.arithmeticError);
    }

    function test_RevertWhen_APayeeOfABatchReenters() public {
        CallbackToken odd = new CallbackToken();
        IPaymentRouter.Payment[] memory payments = _payments(COUNT);
        Reentrant reentrant = new Reentrant();
        // The reentrant payee pays the last of another batch of its own, which would succeed from outside.
        IPaymentRouter.Payment[] memory inner = _withoutFees(_payments(1));
        inner[0].payer = address(reentrant);
        inner[0].nonce = NONCE + COUNT;
        token.mint(address(reentrant), AMOUNT);
        vm.prank(address(reentrant));
        token.approve(address(router), AMOUNT);
        reentrant.arm(router, abi.encodeCall(router.payBatch, (inner, _signBatch(operator, inner))));

        _fund(odd);
        odd.mint(payer, 6 * (AMOUNT + FEE));
        for (uint256 i; i < COUNT; ++i) {
            payments[i].token = address(odd);
        }
        payments[1].payee = address(reentrant);
        _payBatch(payments);
        assertEq(
            reentrant.failure(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(odd.balanceOf(address(reentrant)), 2 * AMOUNT);
        assertFalse(router.isUsed(operator.addr, NONCE + COUNT));

        // The same call from outside a payment pays.
        reentrant.tokensReceived();
        assertTrue(router.isUsed(operator.addr, NONCE + COUNT));
    }

    /* R8 */

    /// @dev Random payments, now and then with a nonce twice: a batch is paid exactly when they can all be paid one by one,
    /// and then balances, nonces and events are the same.
    function testFuzz_R8_ABatchEqualsItsPaymentsOneByOne(uint256 seed, uint8 count, bool fees) public {
        IPaymentRouter.Payment[] memory payments = _random(seed, bound(count, 1, 12), fees);
        bytes memory signature = _signBatch(operator, payments);
        uint256 untouched = vm.snapshotState();

        bool paidSingly = true;
        vm.recordLogs();
        for (uint256 i; paidSingly && i < payments.length; ++i) {
            bytes memory single = abi.encodeCall(router.pay, (payments[i], _sign(operator, payments[i])));
            vm.prank(payer);
            (paidSingly,) = address(router).call(single);
        }
        bytes memory eventsSingly = abi.encode(_routed(vm.getRecordedLogs()));
        bytes memory stateSingly = _stateOf(payments);
        vm.revertToState(untouched);

        bytes memory whole = abi.encodeCall(router.payBatch, (payments, signature));
        vm.recordLogs();
        vm.prank(payer);
        (bool paidAtOnce,) = address(router).call(whole);
        assertEq(paidAtOnce, paidSingly);
        if (!paidAtOnce) return;
        assertEq(abi.encode(_routed(vm.getRecordedLogs())), eventsSingly);
        assertEq(_stateOf(payments), stateSingly);
    }

    /* SHORTHAND */

    /// @dev `count` valid payments of one batch: i + 1 times the default amounts, each with a payee and a nonce of its own.
    function _payments(uint256 count) private returns (IPaymentRouter.Payment[] memory payments) {
        payments = new IPaymentRouter.Payment[](count);
        for (uint256 i; i < count; ++i) {
            payments[i] = _payment();
            payments[i].requestId = keccak256(abi.encode("unit", i));
            payments[i].payee = makeAddr(string.concat("payee ", vm.toString(i)));
            payments[i].amount = AMOUNT * (i + 1);
            payments[i].feeAmount = FEE * (i + 1);
            payments[i].nonce = NONCE + i;
        }
    }

    function _withoutFees(IPaymentRouter.Payment[] memory payments)
        private
        pure
        returns (IPaymentRouter.Payment[] memory)
    {
        for (uint256 i; i < payments.length; ++i) {
            payments[i].feeRecipient = address(0);
            payments[i].feeAmount = 0;
        }
        return payments;
    }

    function _random(uint256 seed, uint256 count, bool fees)
        private
        returns (IPaymentRouter.Payment[] memory payments)
    {
        payments = _payments(count);
        for (uint256 i; i < count; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            payments[i].payee = payments[(seed >> 200) % (i + 1)].payee;
            payments[i].amount = seed % 20_000_000 + 4;
            payments[i].feeAmount = payments[i].amount / 4 - (seed >> 32) % (payments[i].amount / 4);
            // One nonce in 512 is another's: some 10 % of the long batches cannot be paid.
            payments[i].nonce = (seed >> 64) % 512;
            payments[i].deadline = NOW + (seed >> 96) % 1 days;
        }
        if (!fees) _withoutFees(payments);
    }

    function _payBatch(IPaymentRouter.Payment[] memory payments) private {
        _payBatchAs(payer, payments, _signBatch(operator, payments));
    }

    function _payBatchAs(address sender, IPaymentRouter.Payment[] memory payments, bytes memory signature) private {
        vm.prank(sender);
        router.payBatch(payments, signature);
    }

    function _expectBatchRevert(IPaymentRouter.Payment[] memory payments, bytes memory revertData) private {
        bytes memory signature = _signBatch(operator, payments);
        vm.expectRevert(revertData);
        vm.prank(payer);
        router.payBatch(payments, signature);
    }

    function _expectMixed(IPaymentRouter.Payment[] memory payments, uint256 index) private {
        _expectBatchRevert(payments, abi.encodeWithSelector(IPaymentRouter.MixedBatch.selector, index));
    }

    function _expectForbiddenParty(IPaymentRouter.Payment[] memory payments, address party) private {
        _expectBatchRevert(payments, abi.encodeWithSelector(IPaymentRouter.ForbiddenParty.selector, party));
    }

    function _expectNonceUsed(IPaymentRouter.Payment[] memory payments, uint256 nonce) private {
        _expectBatchRevert(payments, abi.encodeWithSelector(IOperators.NonceUsed.selector, operator.addr, nonce));
    }

    function _expectWrongSigner(IPaymentRouter.Payment[] memory payments, bytes memory signature, address recovered)
        private
    {
        vm.expectRevert(abi.encodeWithSelector(IOperators.WrongSigner.selector, recovered));
        vm.prank(payer);
        router.payBatch(payments, signature);
    }

    /// @dev The payees, each in the batch once, have their amounts, the fee recipient the sum, and the nonces are used.
    function _assertPaid(IPaymentRouter.Payment[] memory payments) private view {
        uint256 fees;
        for (uint256 i; i < payments.length; ++i) {
            assertEq(token.balanceOf(payments[i].payee), payments[i].amount);
            assertTrue(router.isUsed(payments[i].operator, payments[i].nonce));
            fees += payments[i].feeAmount;
        }
        assertEq(token.balanceOf(feeRecipient), fees);
    }

    /// @dev Balances of everybody and the words of the nonces.
    function _stateOf(IPaymentRouter.Payment[] memory payments) private view returns (bytes memory state) {
        state = abi.encode(token.balanceOf(payer), token.balanceOf(feeRecipient), token.balanceOf(address(router)));
        for (uint256 i; i < payments.length; ++i) {
            state = bytes.concat(state, abi.encode(token.balanceOf(payments[i].payee)));
        }
        for (uint256 nonce; nonce < 512; ++nonce) {
            state = bytes.concat(state, router.isUsed(operator.addr, nonce) ? bytes1(0x01) : bytes1(0x00));
        }
    }

    /// @dev The router's own events, in their order.
    function _routed(Vm.Log[] memory logs) private view returns (Vm.Log[] memory routed) {
        uint256 count;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(router)) logs[count++] = logs[i];
        }
        routed = new Vm.Log[](count);
        for (uint256 i; i < count; ++i) {
            routed[i] = logs[i];
        }
    }
}
