// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {Funds} from "./Funds.sol";
import {Operators} from "./Operators.sol";
import {IPaymentRouter} from "./interfaces/IPaymentRouter.sol";
import {IPermit2} from "./interfaces/IPermit2.sol";
import {Eip712} from "./libraries/Eip712.sol";
import {PaymentHash} from "./libraries/PaymentHash.sol";

/// @title PaymentRouter
/// @dev Everything a caller needs to know is in the interface.
contract PaymentRouter is IPaymentRouter, Operators, Funds, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IPaymentRouter
    uint256 public constant MAX_FEE_BPS = 2000;

    uint256 private constant BPS = 10_000;

    /* VERBS */

    /// @inheritdoc IPaymentRouter
    function pay(Payment calldata payment, bytes calldata signature) external payable nonReentrant {
        _accept(payment, msg.sender, signature);
        if (payment.token == address(0)) _sendNative(payment);
        else _sendAllowance(payment);
    }

    /// @inheritdoc IPaymentRouter
    function payBatch(Payment[] calldata payments, bytes calldata signature) external nonReentrant {
        bytes32[] memory hashes = _checkBatch(payments);
        address operator = payments[0].operator;
        bytes32 separator = PaymentHash.separator(address(this));
        _checkOperator(operator, MessageHashUtils.toTypedDataHash(separator, PaymentHash.hashBatch(hashes)), signature);

        uint256 fees;
        for (uint256 i; i < payments.length; ++i) {
            Payment calldata payment = payments[i];
            _useNonce(operator, payment.nonce);
            _emitRouted(payment, msg.sender, MessageHashUtils.toTypedDataHash(separator, hashes[i]));
            fees += payment.feeAmount;
        }

        IERC20 token = IERC20(payments[0].token);
        for (uint256 i; i < payments.length; ++i) {
            _takeExactly(address(token), msg.sender, payments[i].payee, payments[i].amount);
        }
        if (fees != 0) token.safeTransferFrom(msg.sender, payments[0].feeRecipient, fees);
    }

    /// @inheritdoc IPaymentRouter
    function payWithPermit(Payment calldata payment, bytes calldata signature, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
    {
        _accept(payment, msg.sender, signature);
        // Whether it works does not matter: somebody may have sent the same permit before, or the token may have none. The
        // allowance decides, and the payer is the sender.
        LowLevelCall.callNoReturn(
            payment.token,
            abi.encodeCall(IERC20Permit.permit, (msg.sender, address(this), _total(payment), payment.deadline, v, r, s))
        );
        _sendAllowance(payment);
    }

    /// @inheritdoc IPaymentRouter
    function payWithAuthorization(Payment calldata payment, bytes calldata signature, bytes calldata authorization)
        external
        nonReentrant
    {
        bytes32 digest_ = _acceptRelayed(payment, signature);
        _receiveExactly(payment.token, payment.payer, _total(payment), payment.deadline, digest_, authorization);

        uint256 before = _balanceOf(payment.token, payment.payee);
        IERC20(payment.token).safeTransfer(payment.payee, payment.amount);
        _checkReceived(payment.token, payment.payee, before, payment.amount);
        if (payment.feeAmount != 0) IERC20(payment.token).safeTransfer(payment.feeRecipient, payment.feeAmount);
    }

    /// @inheritdoc IPaymentRouter
    function payWithPermit2(
        Payment calldata payment,
        bytes calldata signature,
        uint256 permitNonce,
        bytes calldata permitSignature
    ) external nonReentrant {
        _acceptRelayed(payment, signature);
        uint256 before = _balanceOf(payment.token, payment.payee);
        _sendPermit2(payment, permitNonce, permitSignature);
        _checkReceived(payment.token, payment.payee, before, payment.amount);
    }

    /* VIEWS */

    /// @inheritdoc IPaymentRouter
    function digest(Payment calldata payment) external view returns (bytes32) {
        return _digest(payment);
    }

    /// @inheritdoc IPaymentRouter
    function batchDigest(Payment[] calldata payments) external view returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](payments.length);
        for (uint256 i; i < payments.length; ++i) {
            hashes[i] = PaymentHash.hash(payments[i]);
        }
        return MessageHashUtils.toTypedDataHash(PaymentHash.separator(address(this)), PaymentHash.hashBatch(hashes));
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return Eip712.domain(PaymentHash.NAME);
    }

    /* INTERNALS */

    /// @dev All that a payment needs before money moves: checks, the nonce, the event.
    function _accept(Payment calldata payment, address payer, bytes calldata signature)
        private
        returns (bytes32 digest_)
    {
        _checkTerms(payment);
        _checkParties(payment, payer);

        digest_ = _digest(payment);
        _checkOperator(payment.operator, digest_, signature);
        _useNonce(payment.operator, payment.nonce);
        _emitRouted(payment, payer, digest_);
    }

    /// @dev Sent by anyone, so the payer has to be named: its signature for the token takes the place of sending.
    function _acceptRelayed(Payment calldata payment, bytes calldata signature) private returns (bytes32 digest_) {
        if (payment.payer == address(0)) revert ZeroAddress();
        return _accept(payment, payment.payer, signature);
    }

    /// @dev Each payment as if it came alone, and what the batch adds; returns the hash of each.
    function _checkBatch(Payment[] calldata payments) private view returns (bytes32[] memory hashes) {
        if (payments.length == 0) revert EmptyBatch();

        hashes = new bytes32[](payments.length);
        Payment calldata first = payments[0];
        for (uint256 i; i < payments.length; ++i) {
            Payment calldata payment = payments[i];
            _checkTerms(payment);
            _checkParties(payment, msg.sender);
            if (
                payment.operator != first.operator || payment.token != first.token
                    || payment.feeRecipient != first.feeRecipient || payment.payer == address(0) || payment.parent != 0
            ) revert MixedBatch(i);
            hashes[i] = PaymentHash.hash(payment);
        }
    }

    /// @dev Time, amount, fee and value: what does not depend on who pays.
    function _checkTerms(Payment calldata payment) private view {
        if (block.timestamp > payment.deadline) revert Expired(payment.deadline, block.timestamp);
        if (payment.amount == 0) revert ZeroAmount();

        if ((payment.feeRecipient == address(0)) != (payment.feeAmount == 0)) {
            revert FeeMismatch(payment.feeRecipient, payment.feeAmount);
        }
        // feeAmount * BPS <= (amount + feeAmount) * MAX_FEE_BPS, solved for feeAmount: nothing here can overflow.
        uint256 maxFee = payment.parent == 0 ? Math.mulDiv(payment.amount, MAX_FEE_BPS, BPS - MAX_FEE_BPS) : 0;
        if (payment.feeAmount > maxFee) revert FeeTooHigh(payment.feeAmount, maxFee);

        uint256 needed = payment.token == address(0) ? _total(payment) : 0;
        if (msg.value != needed) revert WrongValue(msg.value, needed);
    }

    /// @dev Who may pay whom; `payer` is the effective one.
    function _checkParties(Payment calldata payment, address payer) private view {
        address payee = payment.payee;
        address feeRecipient = payment.feeRecipient;

        if (payment.operator == address(0) || payee == address(0)) revert ZeroAddress();
        if (payment.payer == address(0)) {
            // A refund answers for a payment somebody received, so it names its payer.
            if (payment.parent != 0) revert ZeroAddress();
        } else if (payment.payer != payer) {
            revert WrongPayer(payer, payment.payer);
        }

        if (payee == address(this) || payee == payment.token || payee == payer) revert ForbiddenParty(payee);
        if (feeRecipient == address(0)) return;
        if (
            feeRecipient == address(this) || feeRecipient == payment.token || feeRecipient == payer
                || feeRecipient == payee
        ) revert ForbiddenParty(feeRecipient);
    }

    function _emitRouted(Payment calldata payment, address payer, bytes32 digest_) private {
        if (payment.parent == 0) {
            emit PaymentRouted(
                payment.operator,
                payment.requestId,
                payment.payee,
                payer,
                payment.token,
                payment.amount,
                payment.feeRecipient,
                payment.feeAmount,
                payment.nonce,
                payment.deadline,
                digest_
            );
        } else {
            emit RefundRouted(
                payment.operator,
                payment.parent,
                payment.payee,
                payment.requestId,
                payer,
                payment.token,
                payment.amount,
                payment.nonce,
                payment.deadline,
                digest_
            );
        }
    }

    /// @dev By the sender's allowance: it is the payer.
    function _sendAllowance(Payment calldata payment) private {
        _takeExactly(payment.token, msg.sender, payment.payee, payment.amount);
        if (payment.feeAmount != 0) {
            IERC20(payment.token).safeTransferFrom(msg.sender, payment.feeRecipient, payment.feeAmount);
        }
    }

    function _sendPermit2(Payment calldata payment, uint256 permitNonce, bytes calldata permitSignature) private {
        uint256 count = payment.feeAmount == 0 ? 1 : 2;
        IPermit2.PermitBatchTransferFrom memory permit = IPermit2.PermitBatchTransferFrom({
            permitted: new IPermit2.TokenPermissions[](count), nonce: permitNonce, deadline: payment.deadline
        });
        IPermit2.SignatureTransferDetails[] memory details = new IPermit2.SignatureTransferDetails[](count);

        permit.permitted[0] = IPermit2.TokenPermissions(payment.token, payment.amount);
        details[0] = IPermit2.SignatureTransferDetails(payment.payee, payment.amount);
        if (count == 2) {
            permit.permitted[1] = IPermit2.TokenPermissions(payment.token, payment.feeAmount);
            details[1] = IPermit2.SignatureTransferDetails(payment.feeRecipient, payment.feeAmount);
        }
        PERMIT2.permitWitnessTransferFrom(
            permit, details, payment.payer, PaymentHash.hash(payment), PaymentHash.WITNESS_TYPE, permitSignature
        );
    }

    function _sendNative(Payment calldata payment) private {
        _sendValue(payment.payee, payment.amount);
        if (payment.feeAmount != 0) _sendValue(payment.feeRecipient, payment.feeAmount);
    }

    /// @dev All gas, and no return data is copied, so a recipient cannot make its payer pay for memory.
    function _sendValue(address to, uint256 value) private {
        if (!LowLevelCall.callNoReturn(to, value, "")) revert NativeTransferFailed(to);
    }

    /// @dev What the payer pays. A sum beyond the type saturates at a value that nobody has.
    function _total(Payment calldata payment) private pure returns (uint256) {
        return Math.saturatingAdd(payment.amount, payment.feeAmount);
    }

    function _digest(Payment calldata payment) private view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(PaymentHash.separator(address(this)), PaymentHash.hash(payment));
    }
}
