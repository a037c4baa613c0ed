// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Script, VmSafe} from "forge-std/Script.sol";
import {PaymentRouter} from "../src/PaymentRouter.sol";

/// @title Deploys the router to the address it has on every chain
/// @notice bin/foundry forge script script/Deploy.s.sol --rpc-url URL --broadcast, with the options of a wallet
/// @dev Through the deterministic-deployment proxy; does nothing on a chain that has the router already. Only when
/// it broadcasts it writes `deploy/addresses/<chain id>.json`: a dry run must not claim a deployment.
contract Deploy is Script {
    /// @dev keccak256("counterfoil.PaymentRouter.1"). The bindings have the same one.
    bytes32 public constant SALT = 0x8a99f0efec1cd94cccbc007f46cdf62c33fbfc286009a420edeeb117c73f290e;

    error NoFactory(address factory);
    error WrongCode(address router);

    function run() external {
        address router = deploy();
        if (!vm.isContext(VmSafe.ForgeContext.ScriptBroadcast)) return;

        string memory json = "router";
        vm.serializeUint(json, "chainId", block.chainid);
        vm.serializeAddress(json, "router", router);
        vm.writeJson(
            vm.serializeBytes32(json, "codeHash", router.codehash),
            string.concat("../deploy/addresses/", vm.toString(block.chainid), ".json")
        );
    }

    /// @notice Deploys the router unless it is there, and returns its address.
    function deploy() public returns (address router) {
        if (CREATE2_FACTORY.code.length == 0) revert NoFactory(CREATE2_FACTORY);

        bytes memory initCode = type(PaymentRouter).creationCode;
        router = vm.computeCreate2Address(SALT, keccak256(initCode), CREATE2_FACTORY);
        if (router.code.length == 0) {
            vm.broadcast();
            (bool success,) = CREATE2_FACTORY.call(bytes.concat(SALT, initCode));
            require(success, "the CREATE2 factory refused the deployment");
        }
        if (router.codehash != keccak256(type(PaymentRouter).runtimeCode)) revert WrongCode(router);
    }
}
