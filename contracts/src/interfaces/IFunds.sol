// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

/// @title What can be wrong with funds on their way
/// @notice Assumed of tokens: a transfer takes from the sender exactly what it is told or fails (a missing return value is
/// fine), and a token does not hand the same balance to two addresses. A token that delivers less or more than it was told to
/// the payee of a payment, or to a contract of ours, makes the call revert. What reaches a fee recipient, and what an escrow
/// pays out, is not measured. Rebasing and fee-on-transfer tokens cannot be used.
interface IFunds {
    /// @notice The recipient's balance did not grow by exactly the amount.
    error InexactTransfer(uint256 expected, uint256 received);

    /// @notice The call carries another value than the amount due in native coin: none for a token, and none in a call that
    /// takes tokens only.
    error WrongValue(uint256 sent, uint256 needed);
}
