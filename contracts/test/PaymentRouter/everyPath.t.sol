// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Vm} from "forge-std/Test.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {Reentrant, Refusing, Wallet} from "../mocks/Accounts.sol";
import {CallbackToken} from "../mocks/Tokens.sol";
import {PathsTest} from "./PathsTest.sol";

contract PaymentRouterEveryPathTest is PathsTest {
    function test_EveryPathPaysAndEmitsTheSameEvent() public {
        bytes memory first;
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < PATHS; ++i) {
            uint256 before = token.balanceOf(payer);
            vm.recordLogs();
            _payBy(Path(i), _payment());
            bytes memory events = _eventsOf(vm.getRecordedLogs());
            _assertPaid(address(token), before);
            assertEq(token.balanceOf(stranger.addr), 0);
            if (i == 0) first = events;
            assertEq(events, first);
            vm.revertToState(untouched);
        }
    }

    /* TERMS */

    function test_A6_EveryPathPaysUntilTheDeadline() public {
        IPaymentRouter.Payment memory payment = _payment();
        vm.warp(payment.deadline + 1);
        _expectEach(
            payment, abi.encodeWithSelector(IPaymentRouter.Expired.selector, payment.deadline, payment.deadline + 1)
        );
        vm.warp(payment.deadline);
        _payEach(payment);
    }

    function test_A1_RevertWhen_NothingIsPaidOnAnyPath() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.amount = 0;
        _expectEach(payment, abi.encodeWithSelector(IPaymentRouter.ZeroAmount.selector));
    }

    function test_RevertWhen_TheFeeDoesNotMatchOnAnyPath() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.feeRecipient = address(0);
        _expectEach(payment, abi.encodeWithSelector(IPaymentRouter.FeeMismatch.selector, address(0), FEE));
        payment = _payment();
        payment.feeAmount = 0;
        _expectEach(payment, abi.encodeWithSelector(IPaymentRouter.FeeMismatch.selector, feeRecipient, 0));
    }

    function test_A13_EveryPathCapsTheFee() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.amount = 8_000_000;
        payment.feeAmount = 2_000_000;
        _payEach(payment);
        payment.feeAmount = 2_000_001;
        _expectEach(payment, abi.encodeWithSelector(IPaymentRouter.FeeTooHigh.selector, 2_000_001, 2_000_000));
    }

    function test_RevertWhen_NativeCoinIsPaidOnAnyPathButPay() public {
        IPaymentRouter.Payment memory payment = _payment();
        deal(stranger.addr, 1 ether);
        for (uint256 i = 1; i < PATHS; ++i) {
            bytes memory call_ = _callOf(Path(i), payment, operator, payerKey);
            vm.prank(_senderOf(Path(i), payment));
            (bool paid, bytes memory reason) = address(router).call{value: 1}(call_);
            assertFalse(paid);
            assertEq(reason, "");
        }
        payment.token = address(0);
        for (uint256 i = 1; i < PATHS; ++i) {
            _expectRevertBy(Path(i), payment, abi.encodeWithSelector(IFunds.WrongValue.selector, 0, AMOUNT + FEE));
        }
    }

    /* PARTIES */

    function test_C8_RevertWhen_APartyIsZeroOnAnyPath() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.operator = address(0);
        _expectEach(payment, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
        payment = _payment();
        payment.payee = address(0);
        _expectEach(payment, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
    }

    function test_C8_RevertWhen_ThePayeeIsForbiddenOnAnyPath() public {
        IPaymentRouter.Payment memory payment = _payment();
        address[3] memory forbidden = [address(router), address(token), payer];
        for (uint256 i; i < forbidden.length; ++i) {
            payment.payee = forbidden[i];
            _expectEach(payment, abi.encodeWithSelector(IPaymentRouter.ForbiddenParty.selector, forbidden[i]));
        }
    }

    function test_C8_RevertWhen_TheFeeRecipientIsForbiddenOnAnyPath() public {
        IPaymentRouter.Payment memory payment = _payment();
        address[4] memory forbidden = [address(router), address(token), payer, payee];
        for (uint256 i; i < forbidden.length; ++i) {
            payment.feeRecipient = forbidden[i];
            _expectEach(payment, abi.encodeWithSelector(IPaymentRouter.ForbiddenParty.selector, forbidden[i]));
        }
    }

    function test_C5_OpenPaymentsOnEveryPath() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.payer = address(0);
        _expectRevertBy(Path.Batch, payment, abi.encodeWithSelector(IPaymentRouter.MixedBatch.selector, 0));
        _expectRevertBy(Path.Authorization, payment, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
        _expectRevertBy(Path.Permit2, payment, abi.encodeWithSelector(IOperators.ZeroAddress.selector));

        Path[2] memory open = [Path.Allowance, Path.Permit];
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < open.length; ++i) {
            uint256 before = token.balanceOf(payer);
            bytes memory call_ = _callOf(open[i], payment, operator, payerKey);
            _expectRouted(payment, payer);
            _send(payer, call_);
            _assertPaid(address(token), before);
            vm.revertToState(untouched);
        }
    }

    function test_RefundsOnEveryPath() public {
        IPaymentRouter.Payment memory refund = _refund();
        token.mint(payee, AMOUNT);
        _expectRevertBy(Path.Batch, refund, abi.encodeWithSelector(IPaymentRouter.MixedBatch.selector, 0));

        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < PATHS; ++i) {
            if (Path(i) == Path.Batch) continue;
            uint256 before = token.balanceOf(payer);
            bytes memory call_ = _callOf(Path(i), refund, operator, payeeKey);
            _expectRouted(refund, payee);
            _send(_senderOf(Path(i), refund), call_);
            assertEq(token.balanceOf(payer), before + AMOUNT);
            assertEq(token.balanceOf(payee), 0);
            vm.revertToState(untouched);
        }
    }

    function test_RevertWhen_ARefundHasAFeeOrNoPayerOnAnyPath() public {
        IPaymentRouter.Payment memory refund = _payment();
        refund.parent = keccak256("snapshot of an earlier payment");
        _expectEach(refund, abi.encodeWithSelector(IPaymentRouter.FeeTooHigh.selector, FEE, 0));
        refund = _refund();
        refund.payee = stranger.addr;
        refund.payer = address(0);
        _expectEach(refund, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
    }

    /* SIGNATURE */

    function test_EveryPathPaysWhatADelegateSigned() public {
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, uint48(NOW + 60));
        IPaymentRouter.Payment memory payment = _payment();
        for (uint256 i; i < PATHS; ++i) {
            payment.nonce = NONCE + i;
            bytes memory call_ = _callOf(Path(i), payment, delegate, payerKey);
            vm.warp(NOW + 61);
            _expectRevertOf(
                _senderOf(Path(i), payment),
                call_,
                abi.encodeWithSelector(IOperators.WrongSigner.selector, delegate.addr)
            );
            vm.warp(NOW + 60);
            _send(_senderOf(Path(i), payment), call_);
        }
        assertEq(token.balanceOf(payee), PATHS * AMOUNT);
    }

    function test_RevertWhen_AStrangerSignedForAnyPath() public {
        IPaymentRouter.Payment memory payment = _payment();
        for (uint256 i; i < PATHS; ++i) {
            bytes memory call_ = _callOf(Path(i), payment, stranger, payerKey);
            _expectRevertOf(
                _senderOf(Path(i), payment),
                call_,
                abi.encodeWithSelector(IOperators.WrongSigner.selector, stranger.addr)
            );
            // Not the payer's either, however much of the rest it signs.
            call_ = _callOf(Path(i), payment, payerKey, payerKey);
            _expectRevertOf(
                _senderOf(Path(i), payment), call_, abi.encodeWithSelector(IOperators.WrongSigner.selector, payer)
            );
        }
    }

    function test_C7_EveryPathAsksAContractOperator() public {
        Wallet wallet = new Wallet();
        IPaymentRouter.Payment memory payment = _payment();
        payment.operator = address(wallet);
        for (uint256 i; i < PATHS; ++i) {
            payment.nonce = NONCE + i;
            bytes memory call_ = _callOf(Path(i), payment, bytes("agreed"), payerKey);
            _expectRevertOf(
                _senderOf(Path(i), payment), call_, abi.encodeWithSelector(IOperators.WrongSigner.selector, address(0))
            );
            wallet.accept(_operatorDigest(Path(i), payment), "agreed");
            _send(_senderOf(Path(i), payment), call_);
        }
        assertEq(token.balanceOf(payee), PATHS * AMOUNT);
    }

    function test_C7_EveryPathPaysWhatAnEip7702OperatorSigned() public {
        vm.signAndAttachDelegation(address(new Refusing()), operator.privateKey);
        vm.prank(stranger.addr);
        token.approve(address(router), 0);
        assertGt(operator.addr.code.length, 0);
        _payEach(_payment());
    }

    /// @dev The three paths whose own trees do not have it, each bit of the payment's 11 words and of the signature.
    function test_D1_RevertWhen_AnyBitIsFlippedOnAnyPath() public {
        Path[3] memory paths = [Path.Permit, Path.Authorization, Path.Permit2];
        // In words after the selector: where the operator's signature begins.
        uint256[3] memory signatures = [uint256(16), 14, 15];
        for (uint256 i; i < paths.length; ++i) {
            IPaymentRouter.Payment memory payment = _payment();
            payment.nonce = NONCE + i;
            bytes memory signature = _sign(operator, payment);
            bytes memory call_ = _callOf(paths[i], payment, signature, payerKey);
            uint256 start = 4 + signatures[i] * 32;
            assertEq(call_[start], signature[0]);
            assertEq(call_[start + 64], signature[64]);
            _expectNoFlip(_senderOf(paths[i], payment), call_, 4, 11 * 32);
            _expectNoFlip(_senderOf(paths[i], payment), call_, start, 65);
            _send(_senderOf(paths[i], payment), call_);
        }
    }

    /* NONCE */

    function test_A10_RevertWhen_PaidOnAnyOtherPath() public {
        _expectUsedAfterEach(_payment());
    }

    function test_A9_RevertWhen_TheUnitWasPaidOnAnyPath() public {
        IPaymentRouter.Payment memory reissued = _payment();
        reissued.requestId = keccak256("another snapshot of the same unit");
        reissued.deadline += 1 days;
        _expectUsedAfterEach(reissued);
    }

    function test_A8_RevertWhen_TheNonceIsCancelledOnAnyPath() public {
        vm.prank(operator.addr);
        router.cancel(NONCE >> 8, 1 << (NONCE & 0xff));
        _expectEach(_payment(), abi.encodeWithSelector(IOperators.NonceUsed.selector, operator.addr, NONCE));
    }

    /* REENTRANCY */

    function test_RevertWhen_AnyPathIsEnteredFromAnyOther() public {
        CallbackToken odd = new CallbackToken();
        uint256 untouched = vm.snapshotState();
        for (uint256 outer; outer < PATHS; ++outer) {
            for (uint256 inner; inner < PATHS; ++inner) {
                _expectNoEntry(odd, Path(outer), Path(inner));
                vm.revertToState(untouched);
            }
        }
    }

    /* SHORTHAND */

    function _expectEach(IPaymentRouter.Payment memory payment, bytes memory revertData) private {
        for (uint256 i; i < PATHS; ++i) {
            _expectRevertBy(Path(i), payment, revertData);
        }
    }

    function _payEach(IPaymentRouter.Payment memory payment) private {
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < PATHS; ++i) {
            _payBy(Path(i), payment);
            assertEq(token.balanceOf(payee), payment.amount);
            assertEq(token.balanceOf(feeRecipient), payment.feeAmount);
            vm.revertToState(untouched);
        }
    }

    function _expectUsedAfterEach(IPaymentRouter.Payment memory again) private {
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < PATHS; ++i) {
            _payBy(Path(i), _payment());
            _expectEach(again, abi.encodeWithSelector(IOperators.NonceUsed.selector, operator.addr, NONCE));
            assertEq(token.balanceOf(payee), AMOUNT);
            vm.revertToState(untouched);
        }
    }

    function _expectNoFlip(address sender, bytes memory call_, uint256 start, uint256 length) private {
        vm.startPrank(sender);
        for (uint256 bit; bit < length * 8; ++bit) {
            uint256 index = start + bit / 8;
            bytes1 original = call_[index];
            call_[index] = original ^ bytes1(uint8(1 << (bit % 8)));
            (bool paid,) = address(router).call(call_);
            assertFalse(paid, string.concat("paid with a flipped bit in byte ", vm.toString(index)));
            call_[index] = original;
        }
        vm.stopPrank();
    }

    /// @dev A payee that, once it is paid, pays one of its own payments or relays somebody's: from outside both succeed.
    function _expectNoEntry(CallbackToken odd, Path outer, Path inner) private {
        Reentrant reentrant = new Reentrant();
        IPaymentRouter.Payment memory payment = _payment();
        payment.nonce = NONCE + 1;
        if (!_isRelayed(inner)) {
            payment.payer = address(reentrant);
            token.mint(address(reentrant), AMOUNT + FEE);
            vm.prank(address(reentrant));
            token.approve(address(router), AMOUNT + FEE);
        }
        reentrant.arm(router, _callOf(inner, payment, operator, payerKey));

        payment = _fundAll(odd);
        payment.payee = address(reentrant);
        _payBy(outer, payment);
        assertEq(
            reentrant.failure(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(odd.balanceOf(address(reentrant)), AMOUNT);
        assertEq(token.balanceOf(payee), 0);

        reentrant.tokensReceived();
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function _eventsOf(Vm.Log[] memory logs) private view returns (bytes memory events) {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(router)) events = bytes.concat(events, abi.encode(logs[i]));
        }
        assertGt(events.length, 0);
    }
}
