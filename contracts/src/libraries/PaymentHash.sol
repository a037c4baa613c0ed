// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IPaymentRouter} from "../interfaces/IPaymentRouter.sol";
import {Eip712} from "./Eip712.sol";

/// @title The EIP-712 hashes of payments
library PaymentHash {
    string internal constant NAME = "PaymentRouter";

    bytes32 private constant NAME_HASH = keccak256("PaymentRouter");

    bytes32 internal constant PAYMENT_TYPEHASH = keccak256(
        "Payment(address operator,bytes32 requestId,bytes32 parent,address payer,address payee,address token,uint256 amount,address feeRecipient,uint256 feeAmount,uint256 nonce,uint256 deadline)"
    );

    bytes32 internal constant BATCH_TYPEHASH = keccak256(
        "PaymentBatch(Payment[] payments)Payment(address operator,bytes32 requestId,bytes32 parent,address payer,address payee,address token,uint256 amount,address feeRecipient,uint256 feeAmount,uint256 nonce,uint256 deadline)"
    );

    /// @dev What follows "PermitBatchWitnessTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256
    /// deadline," in the type that a payer signs for Permit2: the wallet shows the payment.
    string internal constant WITNESS_TYPE =
        "Payment witness)Payment(address operator,bytes32 requestId,bytes32 parent,address payer,address payee,address token,uint256 amount,address feeRecipient,uint256 feeAmount,uint256 nonce,uint256 deadline)TokenPermissions(address token,uint256 amount)";

    /// @dev keccak256(abi.encode(PAYMENT_TYPEHASH, payment)), copied at once: 300 gas less. The router reads every address in
    /// it, so calldata whose upper bits are not clean reverts there.
    function hash(IPaymentRouter.Payment calldata payment) internal pure returns (bytes32 result) {
        bytes32 typehash = PAYMENT_TYPEHASH;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typehash)
            calldatacopy(add(start, 0x20), payment, 0x160) // eleven words
            result := keccak256(start, 0x180)
        }
    }

    /// @param paymentHashes The hash of each payment, in their order.
    function hashBatch(bytes32[] memory paymentHashes) internal pure returns (bytes32) {
        return keccak256(abi.encode(BATCH_TYPEHASH, keccak256(abi.encodePacked(paymentHashes))));
    }

    /// @dev The domain of `router` on this chain.
    function separator(address router) internal view returns (bytes32) {
        return Eip712.separator(NAME_HASH, block.chainid, router);
    }
}
