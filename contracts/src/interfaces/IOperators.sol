// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

/// @title What operators own in a contract: their delegates and their nonces
/// @notice An operator is any address: nobody appoints it, and what it does under its own name concerns nobody else's. It
/// signs what may be paid or funded, itself or through delegates, once per nonce.
interface IOperators {
    /// @notice `operator` lets `signer` sign in its name until the second `until`; zero revokes.
    event SignerSet(address indexed operator, address indexed signer, uint48 until);

    /// @notice `operator` made nonces unusable: bit `i` of `mask` is the nonce `word * 256 + i`.
    /// @param mask Only the nonces that this call changed, never one that was used or cancelled before.
    event NoncesCancelled(address indexed operator, uint256 word, uint256 mask);

    /// @notice Who had to sign this did not: neither the account's key, nor its contract (ERC-1271), nor, where an operator signs,
    /// a delegate of it whose time has not passed.
    /// @param recovered Whom the signature recovers to as ECDSA; zero if it is no ECDSA signature.
    error WrongSigner(address recovered);

    /// @notice This nonce of the operator was used or cancelled.
    error NonceUsed(address operator, uint256 nonce);

    /// @notice An address that must be given is zero.
    error ZeroAddress();

    /// @notice Lets `signer` sign in the sender's name until the second `until`, that second included; zero revokes at once.
    /// @dev Anyone may call it, for itself. Reverts with ZeroAddress. Emits SignerSet.
    function setSigner(address signer, uint48 until) external;

    /// @notice Makes nonces of the sender unusable for ever: bit `i` of `mask` is the nonce `word * 256 + i`.
    /// @dev Anyone may call it, for itself. Nonces already used or cancelled stay as they are. Emits NoncesCancelled unless
    /// nothing changed.
    function cancel(uint256 word, uint256 mask) external;

    /// @notice Whether `nonce` of `operator` was used or cancelled.
    function isUsed(address operator, uint256 nonce) external view returns (bool);

    /// @notice Whether an ECDSA signature of `signer` is one of `operator` in this block: it is the operator itself, or a
    /// delegate whose time has not passed.
    function isSigner(address operator, address signer) external view returns (bool);

    /// @notice The last second at which `signer` is a delegate of `operator`; zero if it was never one or is revoked.
    function signerUntil(address operator, address signer) external view returns (uint48);
}
