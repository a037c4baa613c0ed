// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IPaymentRouter} from "./interfaces/IPaymentRouter.sol";
import {PaymentHash} from "./libraries/PaymentHash.sol";

/// @title PaymentRouter
/// @dev Everything a caller needs to know is in the interface.
contract PaymentRouter is IPaymentRouter, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IPaymentRouter
    uint256 public constant MAX_FEE_BPS = 2000;

    uint256 private constant BPS = 10_000;

    /// @dev Used and cancelled nonces, 256 to a word: a warm word costs 5,000 gas to change, a slot per nonce 22,100.
    mapping(address operator => mapping(uint256 word => uint256 bits)) private _usedNonces;

    mapping(address operator => mapping(address signer => uint48 until)) private _signerUntil;

    /* VERBS */

    /// @inheritdoc IPaymentRouter
    function pay(Payment calldata payment, bytes calldata signature) external payable nonReentrant {
        _checkTerms(payment);
        _checkParties(payment, msg.sender);

        bytes32 digest_ = PaymentHash.digest(payment, address(this));
        _checkSignature(payment.operator, digest_, signature);
        _useNonce(payment.operator, payment.nonce);
        _emitRouted(payment, msg.sender, digest_);

        if (payment.token == address(0)) _sendNative(payment);
        else _sendToken(payment);
    }

    /// @inheritdoc IPaymentRouter
    function setSigner(address signer, uint48 until) external {
        if (signer == address(0)) revert ZeroAddress();

        _signerUntil[msg.sender][signer] = until;
        emit SignerSet(msg.sender, signer, until);
    }

    /// @inheritdoc IPaymentRouter
    function cancel(uint256 word, uint256 mask) external {
        uint256 used = _usedNonces[msg.sender][word];
        uint256 changed = mask & ~used;
        if (changed == 0) return;

        _usedNonces[msg.sender][word] = used | changed;
        emit NoncesCancelled(msg.sender, word, changed);
    }

    /* VIEWS */

    /// @inheritdoc IPaymentRouter
    function digest(Payment calldata payment) external view returns (bytes32) {
        return PaymentHash.digest(payment, address(this));
    }

    /// @inheritdoc IPaymentRouter
    function isUsed(address operator, uint256 nonce) external view returns (bool) {
        return _usedNonces[operator][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }

    /// @inheritdoc IPaymentRouter
    function isSigner(address operator, address signer) external view returns (bool) {
        return _isSigner(operator, signer);
    }

    /// @inheritdoc IPaymentRouter
    function signerUntil(address operator, address signer) external view returns (uint48) {
        return _signerUntil[operator][signer];
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
        // 0x0f: name, version, chainId and verifyingContract are used, salt is not (ERC-5267).
        return
            (hex"0f", PaymentHash.NAME, PaymentHash.VERSION, block.chainid, address(this), bytes32(0), new uint256[](0));
    }

    /* INTERNALS */

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

        // A sum beyond the type saturates at a value that nobody can send.
        uint256 needed = payment.token == address(0) ? Math.saturatingAdd(payment.amount, payment.feeAmount) : 0;
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

    /// @dev ECDSA first, whatever code the operator's account has (EIP-7702 gives a key's account code); then ERC-1271.
    function _checkSignature(address operator, bytes32 digest_, bytes calldata signature) private view {
        // Zero when it is no ECDSA signature, and zero is nobody's signer.
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest_, signature);
        if (_isSigner(operator, recovered)) return;
        if (SignatureChecker.isValidERC1271SignatureNowCalldata(operator, digest_, signature)) return;
        revert WrongSigner(recovered);
    }

    function _isSigner(address operator, address signer) private view returns (bool) {
        if (signer == address(0)) return false;
        return signer == operator || block.timestamp <= _signerUntil[operator][signer];
    }

    function _useNonce(address operator, uint256 nonce) private {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 used = _usedNonces[operator][nonce >> 8];
        if (used & bit != 0) revert NonceUsed(operator, nonce);
        _usedNonces[operator][nonce >> 8] = used | bit;
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

    function _sendToken(Payment calldata payment) private {
        IERC20 token = IERC20(payment.token);

        uint256 before = token.balanceOf(payment.payee);
        token.safeTransferFrom(msg.sender, payment.payee, payment.amount);
        uint256 received = Math.saturatingSub(token.balanceOf(payment.payee), before);
        if (received != payment.amount) revert InexactTransfer(payment.amount, received);

        if (payment.feeAmount != 0) token.safeTransferFrom(msg.sender, payment.feeRecipient, payment.feeAmount);
    }

    function _sendNative(Payment calldata payment) private {
        _sendValue(payment.payee, payment.amount);
        if (payment.feeAmount != 0) _sendValue(payment.feeRecipient, payment.feeAmount);
    }

    /// @dev All gas, and no return data is copied, so a recipient cannot make its payer pay for memory.
    function _sendValue(address to, uint256 value) private {
        if (!LowLevelCall.callNoReturn(to, value, "")) revert NativeTransferFailed(to);
    }
}
