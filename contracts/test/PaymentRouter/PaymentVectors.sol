// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Test, Vm} from "forge-std/Test.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";

/// @dev Reads what `bin/vectors` writes about payments.
abstract contract PaymentVectors is Test {
    function _operatorOfVectors() internal returns (Vm.Wallet memory) {
        return vm.createWallet(vm.parseJsonUint(vm.readFile("vectors/payments.json"), ".signer.privateKey"));
    }

    function _parse(string memory json, string memory base) internal pure returns (IPaymentRouter.Payment memory) {
        return IPaymentRouter.Payment({
            operator: vm.parseJsonAddress(json, string.concat(base, ".operator")),
            requestId: vm.parseJsonBytes32(json, string.concat(base, ".requestId")),
            parent: vm.parseJsonBytes32(json, string.concat(base, ".parent")),
            payer: vm.parseJsonAddress(json, string.concat(base, ".payer")),
            payee: vm.parseJsonAddress(json, string.concat(base, ".payee")),
            token: vm.parseJsonAddress(json, string.concat(base, ".token")),
            amount: vm.parseJsonUint(json, string.concat(base, ".amount")),
            feeRecipient: vm.parseJsonAddress(json, string.concat(base, ".feeRecipient")),
            feeAmount: vm.parseJsonUint(json, string.concat(base, ".feeAmount")),
            nonce: vm.parseJsonUint(json, string.concat(base, ".nonce")),
            deadline: vm.parseJsonUint(json, string.concat(base, ".deadline"))
        });
    }
}
