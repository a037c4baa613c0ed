// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IFunds} from "./IFunds.sol";
import {IOperators} from "./IOperators.sol";

/// @title PaymentRouter
/// @notice Routes payments for agreed units of work from the payer straight to the payee, and leaves an event that proves each.
/// The router has no owner, cannot be paused or upgraded, and never keeps a balance.
/// @dev What an operator has signed can be paid once per (operator, nonce), through whichever function; nobody else's payments
/// depend on it. Money moves only in the payer's own transaction, or under a signature of the payer for the token that commits
/// to this very payment: no function takes from a standing allowance when somebody else calls it.
///
/// Time: a deadline is the last second that still acts (`block.timestamp <= deadline`).
///
/// Every paying function checks the same, in this order, and reverts with: Expired, ZeroAmount, FeeMismatch, FeeTooHigh,
/// WrongValue, ZeroAddress, WrongPayer, ForbiddenParty, WrongSigner, NonceUsed. Then the nonce is used up and the event written,
/// and then the money moves: what fails there (InexactTransfer, the token's own error or Permit2's, or no reason at all where no
/// contract is) undoes everything. While a payment is under way no other can begin, not even a payee's from its own callback.
/// A sum above 2^256 - 1 counts as 2^256 - 1.
///
/// Payers whose account has code (contract wallets, EIP-7702): who sends needs nothing. USDC and Permit2 ask such an account
/// itself (ERC-1271), never its key, so an account that does not answer cannot use payWithAuthorization and payWithPermit2.
interface IPaymentRouter is IOperators, IFunds, IERC5267 {
    /// @notice What an operator signs (EIP-712, domain `PaymentRouter` / `1` / chain id / this contract).
    struct Payment {
        /// @dev Whose signature this needs and whose nonce it uses. Not zero.
        address operator;
        /// @dev keccak256 of the canonical (RFC 8785) request snapshot: the terms that this payment settles.
        bytes32 requestId;
        /// @dev Zero for a payment. For a refund the `requestId` of the payment that is sent back.
        bytes32 parent;
        /// @dev Who pays; zero lets anyone, through `pay` and `payWithPermit` only. Not zero for a refund.
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

    /// @notice The payment's deadline has passed.
    error Expired(uint256 deadline, uint256 timestamp);

    /// @notice The payment names another payer than the one who pays here.
    error WrongPayer(address sender, address payer);

    /// @notice The fee is above what the cap allows for this amount; a refund allows none.
    error FeeTooHigh(uint256 feeAmount, uint256 max);

    /// @notice A fee without a recipient, or a recipient without a fee.
    error FeeMismatch(address feeRecipient, uint256 feeAmount);

    /// @notice The payment is of nothing.
    error ZeroAmount();

    /// @notice Payee or fee recipient is the router, the token, or another party of the same payment.
    error ForbiddenParty(address party);

    /// @notice The recipient did not accept native coin.
    error NativeTransferFailed(address to);

    /// @notice A batch of no payments.
    error EmptyBatch();

    /// @notice The payment at `index` of a batch has another operator, token or fee recipient than the first, is open to
    /// any payer, or is a refund.
    error MixedBatch(uint256 index);

    /// @notice Pays `payment` from the sender: by allowance to this router, or in native coin with exactly
    /// `amount + feeAmount` as value. With `parent` set it is a refund.
    /// @dev May be called by the payer, or by anyone if the payment is open. Emits PaymentRouted or RefundRouted. Reverts with
    /// NativeTransferFailed when a recipient does not take native coin.
    /// @param signature Over `digest(payment)`: 65 bytes of ECDSA (r, s, v) by the operator or a delegate, or whatever the
    /// operator accepts under ERC-1271.
    function pay(Payment calldata payment, bytes calldata signature) external payable;

    /// @notice Pays several payments of the sender by allowance: one operator, token, fee recipient and signature, one
    /// transfer for all fees. All are paid or none; each has the same effect and the same event as if it were paid alone.
    /// Payments with and without a fee cannot share a batch.
    /// @dev May be called by the payer, whom every payment names. Tokens only, no refunds. Emits PaymentRouted for each.
    /// Reverts with EmptyBatch or MixedBatch.
    /// @param signature Over `batchDigest(payments)`, as for `pay`. It is the signature of the batch alone: it pays none of
    /// the payments one by one, and theirs do not pay the batch.
    function payBatch(Payment[] calldata payments, bytes calldata signature) external;

    /// @notice As `pay` by allowance, which a permit (ERC-2612) of the sender for exactly `amount + feeAmount` until
    /// `deadline` gives first.
    /// @dev May be called by the payer, or by anyone if the payment is open. Tokens only. A permit that fails, or was sent by
    /// somebody else before, is ignored: what counts is the allowance. One that works takes the place of the allowance there
    /// was, and leaves none. Emits PaymentRouted or RefundRouted.
    function payWithPermit(Payment calldata payment, bytes calldata signature, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Pays `payment` with the payer's authorization (ERC-3009 `ReceiveWithAuthorization`): `to` this router, `value`
    /// amount + feeAmount, `validAfter` 0, `validBefore` deadline + 1, and as `nonce` `digest(payment)`, so that the payer
    /// signs for this payment and no other.
    /// @dev May be called by anyone. Tokens only. A payment open to any payer reverts first of all, with ZeroAddress. Emits
    /// PaymentRouted or RefundRouted.
    /// @param authorization 65 bytes (r, s, v) go to the token in the form of the standard; another length in the form with
    /// `bytes`, which USDC has for contract wallets (ERC-1271).
    function payWithAuthorization(Payment calldata payment, bytes calldata signature, bytes calldata authorization)
        external;

    /// @notice Pays `payment` with the payer's signature for Permit2 (`PermitBatchWitnessTransferFrom`): permitted are the
    /// token with `amount`, and with `feeAmount` if there is a fee; `spender` is this router, `deadline` the payment's, and
    /// the witness the payment itself.
    /// @dev May be called by anyone. Tokens only. A payment open to any payer reverts first of all, with ZeroAddress. The money
    /// goes from the payer straight to payee and fee recipient. Emits PaymentRouted or RefundRouted.
    /// @param permitNonce An unordered nonce of Permit2 that the payer has not used.
    function payWithPermit2(
        Payment calldata payment,
        bytes calldata signature,
        uint256 permitNonce,
        bytes calldata permitSignature
    ) external;

    /// @notice The EIP-712 digest that the operator signs for `payment`, on this chain and this router. It checks nothing.
    function digest(Payment calldata payment) external view returns (bytes32);

    /// @notice The EIP-712 digest (`PaymentBatch(Payment[] payments)`) that the operator signs for a batch. It checks
    /// nothing.
    function batchDigest(Payment[] calldata payments) external view returns (bytes32);

    /// @notice The highest share of what the payer pays (amount + fee) that the fee may be, in 1/10,000.
    function MAX_FEE_BPS() external view returns (uint256);
}
