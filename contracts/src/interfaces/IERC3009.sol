// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

/// @title The part of ERC-3009 that is used here, in both forms
/// @notice https://eips.ethereum.org/EIPS/eip-3009. Only `to` may call it, so nobody can use an authorization up beforehand.
interface IERC3009 {
    /// @notice The form of the standard, for a key's signature.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice The form that USDC (FiatTokenV2_2) adds, for whatever a contract wallet accepts under ERC-1271.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}
