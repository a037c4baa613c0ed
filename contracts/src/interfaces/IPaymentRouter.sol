// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

/// @title PaymentRouter
/// @notice Routes one payment for one agreed unit of work from its payer straight to its payee, and leaves an event that
/// proves it. The router has no owner, cannot be paused or upgraded, and never keeps a balance.
/// @dev An operator is any address. What an operator has signed can be paid once per (operator, nonce); nobody else's
/// payments depend on it. Money moves only in the payer's own transaction.
///
/// Assumed of tokens: `transferFrom` moves exactly what it is told or fails (a missing return value is fine; a payee who
/// receives less or more makes the payment revert), and a token does not hand the same balance to two addresses. Rebasing
/// and fee-on-transfer tokens cannot be used.
///
/// Time: a deadline is the last second that still acts (`block.timestamp <= deadline`).
interface IPaymentRouter is IERC5267 {
    /// @notice What an operator signs (EIP-712, domain `PaymentRouter` / `1` / chain id / this contract).
    struct Payment {
        /// @dev Whose signature this needs and whose nonce it uses. Not zero.
        address operator;
        /// @dev keccak256 of the canonical (RFC 8785) request snapshot: the terms that this payment settles.
        bytes32 requestId;
        /// @dev Zero for a payment. For a refund the `requestId` of the payment that is sent back.
        bytes32 parent;
        /// @dev Who must send the transaction; zero lets anyone pay. Not zero for a refund.
        address payer;
        /// @dev Who receives `amount`. Not zero, the router, the token or the payer.
        address payee;
        /// @dev The ERC-20 token, or zero for the chain's native coin.
        address token;
        /// @dev What the payee receives, in the token's atomic units. Not zero.
        uint256 amount;
        /// @dev Who receives `feeAmount`; zero exactly when there is no fee. Not the router, the token, payer or payee.
        address feeRecipient;
        /// @dev What the payer pays on top of `amount`, in the token's atomic units. Capped, see `MAX_FEE_BPS`.
        uint256 feeAmount;
        /// @dev One per payable unit of this operator: whatever was signed with it, one payment at most.
        uint256 nonce;
        /// @dev The last second, in unix time, at which this can be paid.
        uint256 deadline;
    }

    /// @notice `payer` paid `amount` to `payee` and `feeAmount` to `feeRecipient`.
    /// @param payer Who paid, also when the signed payment was open to anyone.
    /// @param digest What was signed: the EIP-712 digest of the payment as given, with payer zero if it was open.
    event PaymentRouted(
        address indexed operator,
        bytes32 indexed requestId,
        address indexed payee,
        address payer,
        address token,
        uint256 amount,
        address feeRecipient,
        uint256 feeAmount,
        uint256 nonce,
        uint256 deadline,
        bytes32 digest
    );

    /// @notice `payer`, the payee of the payment `parent`, sent `amount` of it back to `payee`.
    /// @param parent The `requestId` of the payment that is sent back.
    /// @param requestId keccak256 of the refund's own snapshot.
    /// @param digest What was signed: the EIP-712 digest of the refund.
    event RefundRouted(
        address indexed operator,
        bytes32 indexed parent,
        address indexed payee,
        bytes32 requestId,
        address payer,
        address token,
        uint256 amount,
        uint256 nonce,
        uint256 deadline,
        bytes32 digest
    );

    /// @notice `operator` lets `signer` sign payments in its name until the second `until`; zero revokes.
    event SignerSet(address indexed operator, address indexed signer, uint48 until);

    /// @notice `operator` made nonces unusable: bit `i` of `mask` is the nonce `word * 256 + i`.
    /// @param mask Only the nonces that this call changed, never one that was used or cancelled before.
    event NoncesCancelled(address indexed operator, uint256 word, uint256 mask);

    /// @notice The payment's deadline has passed.
    error Expired(uint256 deadline, uint256 timestamp);

    /// @notice The payment names another payer than the sender.
    error WrongPayer(address sender, address payer);

    /// @notice Neither the operator, nor a delegate of it whose time has not passed, nor an operator contract signed this.
    /// @param recovered Whom the signature recovers to as ECDSA; zero if it is no ECDSA signature.
    error WrongSigner(address recovered);

    /// @notice This nonce of the operator was paid or cancelled.
    error NonceUsed(address operator, uint256 nonce);

    /// @notice The fee is above what the cap allows for this amount; a refund allows none.
    error FeeTooHigh(uint256 feeAmount, uint256 max);

    /// @notice A fee without a recipient, or a recipient without a fee.
    error FeeMismatch(address feeRecipient, uint256 feeAmount);

    /// @notice The payee's balance did not grow by exactly the amount.
    error InexactTransfer(uint256 expected, uint256 received);

    /// @notice The transaction carries another value than the payment needs (none for a token).
    error WrongValue(uint256 sent, uint256 needed);

    /// @notice The payment is of nothing.
    error ZeroAmount();

    /// @notice An address that must be given is zero: operator, payee, signer, or the payer of a refund.
    error ZeroAddress();

    /// @notice Payee or fee recipient is the router, the token, or another party of the same payment.
    error ForbiddenParty(address party);

    /// @notice The recipient did not accept native coin.
    error NativeTransferFailed(address to);

    /// @notice Pays `payment` from the sender: by allowance to this router, or in native coin with exactly
    /// `amount + feeAmount` as value. With `parent` set it is a refund.
    /// @dev Reverts, among others, with Expired, WrongPayer, WrongSigner, NonceUsed, InexactTransfer and WrongValue, and
    /// with the token's own error. Emits PaymentRouted or RefundRouted.
    /// @param signature Over `digest(payment)`: 65 bytes of ECDSA (r, s, v) by the operator or a delegate, or whatever the
    /// operator accepts under ERC-1271.
    function pay(Payment calldata payment, bytes calldata signature) external payable;

    /// @notice Lets `signer` sign payments in the sender's name until the second `until`, that second included; zero
    /// revokes at once.
    /// @dev Reverts with ZeroAddress. Emits SignerSet.
    function setSigner(address signer, uint48 until) external;

    /// @notice Makes nonces of the sender unusable for ever: bit `i` of `mask` is the nonce `word * 256 + i`.
    /// @dev Nonces already used or cancelled stay as they are. Emits NoncesCancelled unless nothing changed.
    function cancel(uint256 word, uint256 mask) external;

    /// @notice The EIP-712 digest that the operator signs for `payment`, on this chain and this router.
    function digest(Payment calldata payment) external view returns (bytes32);

    /// @notice Whether `nonce` of `operator` was paid or cancelled.
    function isUsed(address operator, uint256 nonce) external view returns (bool);

    /// @notice Whether an ECDSA signature of `signer` authorises payments of `operator` in this block: it is the operator
    /// itself, or a delegate whose time has not passed.
    function isSigner(address operator, address signer) external view returns (bool);

    /// @notice The last second at which `signer` is a delegate of `operator`; zero if it was never one or is revoked.
    function signerUntil(address operator, address signer) external view returns (uint48);

    /// @notice The highest share of what the payer pays (amount + fee) that the fee may be, in 1/10,000.
    function MAX_FEE_BPS() external view returns (uint256);
}
