// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IPaymentRouter} from "../interfaces/IPaymentRouter.sol";

/// @title The EIP-712 hash of a payment
/// @dev The domain separator is computed on each call instead of being cached in immutables (OpenZeppelin's EIP712): it
/// costs some 200 gas, and the router's code is the same, byte for byte, on every chain, so that one hash identifies it.
library PaymentHash {
    string internal constant NAME = "PaymentRouter";
    string internal constant VERSION = "1";

    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    bytes32 internal constant PAYMENT_TYPEHASH = keccak256(
        "Payment(address operator,bytes32 requestId,bytes32 parent,address payer,address payee,address token,uint256 amount,address feeRecipient,uint256 feeAmount,uint256 nonce,uint256 deadline)"
    );

    /// @notice The digest to sign for `payment` on this chain, with `router` as verifying contract.
    function digest(IPaymentRouter.Payment calldata payment, address router) internal view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(NAME)), keccak256(bytes(VERSION)), block.chainid, router)
        );
        return MessageHashUtils.toTypedDataHash(separator, keccak256(abi.encode(PAYMENT_TYPEHASH, payment)));
    }
}
