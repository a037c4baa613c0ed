// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Script, VmSafe} from "forge-std/Script.sol";
import {Escrow} from "../src/Escrow.sol";
import {PaymentRouter} from "../src/PaymentRouter.sol";

/// @title Deploys router and escrow to the addresses they have on every chain
/// @notice bin/foundry forge script script/Deploy.s.sol --rpc-url URL --broadcast, with the options of a wallet
/// @dev Through the deterministic-deployment proxy; what the chain has already stays as it is. Only when it broadcasts it
/// writes `deploy/addresses/<chain id>.json`: a dry run must not claim a deployment.
contract Deploy is Script {
    /// @dev keccak256("counterfoil.PaymentRouter.1"). The bindings have the same one.
    bytes32 public constant ROUTER_SALT = 0x8a99f0efec1cd94cccbc007f46cdf62c33fbfc286009a420edeeb117c73f290e;

    /// @dev keccak256("counterfoil.Escrow.1"). The bindings have the same one.
    bytes32 public constant ESCROW_SALT = 0x7ecdb77623fd11a11b252264704a0d9116e44f9ef0a4ff4f230dd287e76ff72e;

    error NoFactory(address factory);
    error WrongCode(address deployed);

    function run() external {
        (address router, address escrow) = deploy();
        if (!vm.isContext(VmSafe.ForgeContext.ScriptBroadcast)) return;

        string memory path = string.concat("../deploy/addresses/", vm.toString(block.chainid), ".json");
        vm.writeJson(addresses(router, escrow), path);
    }

    /// @notice Deploys both contracts unless they are there, and returns their addresses.
    function deploy() public returns (address router, address escrow) {
        if (CREATE2_FACTORY.code.length == 0) revert NoFactory(CREATE2_FACTORY);

        router = _deploy(ROUTER_SALT, type(PaymentRouter).creationCode, keccak256(type(PaymentRouter).runtimeCode));
        escrow = _deploy(ESCROW_SALT, type(Escrow).creationCode, keccak256(type(Escrow).runtimeCode));
    }

    /// @notice The content of a chain's file, as `counterfoil router deploy` and `counterfoil escrow deploy` write it.
    function addresses(address router, address escrow) public returns (string memory) {
        vm.serializeString("contracts", "PaymentRouter", _entry("PaymentRouter", router));
        string memory contracts = vm.serializeString("contracts", "Escrow", _entry("Escrow", escrow));
        vm.serializeUint("file", "chainId", block.chainid);
        return vm.serializeString("file", "contracts", contracts);
    }

    function _deploy(bytes32 salt, bytes memory initCode, bytes32 codeHash) private returns (address deployed) {
        deployed = vm.computeCreate2Address(salt, keccak256(initCode), CREATE2_FACTORY);
        if (deployed.code.length == 0) {
            vm.broadcast();
            (bool success,) = CREATE2_FACTORY.call(bytes.concat(salt, initCode));
            require(success, "the CREATE2 factory refused the deployment");
        }
        if (deployed.codehash != codeHash) revert WrongCode(deployed);
    }

    function _entry(string memory name, address deployed) private returns (string memory) {
        vm.serializeAddress(name, "address", deployed);
        return vm.serializeBytes32(name, "codeHash", deployed.codehash);
    }
}
