// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IPermit2} from "../../src/interfaces/IPermit2.sol";

/// @dev The views of Permit2 that only a test asks.
interface IPermit2Views {
    function DOMAIN_SEPARATOR() external view returns (bytes32);

    /// @notice The nonces that `owner` has used, 256 to a word.
    function nonceBitmap(address owner, uint256 word) external view returns (uint256);
}

/// @title The real Permit2, and what its users sign
library Permit2 {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    address private constant CREATE2_FACTORY = 0x4e59b44847b379578588920cA78FbF26c0B4956C;

    address internal constant ADDRESS = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    /// @dev With this salt its authors deployed it on every chain.
    bytes32 internal constant SALT = 0x0000000000000000000000000000000000000000d3af2663da51c10215000000;

    /// @dev Of all that this package contains only the creation code is used.
    string private constant ARTIFACT =
        "node_modules/@uniswap/uniswapx-sdk/dist/cjs/src/contracts/factories/Permit2__factory.js";

    bytes32 private constant TOKEN_PERMISSIONS_TYPEHASH = keccak256("TokenPermissions(address token,uint256 amount)");
    string private constant SINGLE_STUB =
        "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,";
    string private constant BATCH_STUB =
        "PermitBatchWitnessTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline,";

    error NotPermit2(address deployed);

    /// @notice Puts Permit2 at its address, for the chain id of this moment; does nothing when it is there.
    /// @dev The address commits to the creation code, so other code is refused. The constructor runs at the address, and
    /// not by way of the factory, which is not there yet when the fields of a test are set.
    function deploy() internal returns (IPermit2) {
        if (ADDRESS.code.length == 0) {
            bytes memory code = creationCode();
            address deployed = VM.computeCreate2Address(SALT, keccak256(code), CREATE2_FACTORY);
            if (deployed != ADDRESS) revert NotPermit2(deployed);

            VM.etch(ADDRESS, code);
            (bool success, bytes memory runtime) = ADDRESS.call("");
            require(success, "the constructor of Permit2 reverted");
            VM.etch(ADDRESS, runtime);
        }
        return IPermit2(ADDRESS);
    }

    function creationCode() internal view returns (bytes memory) {
        string memory source = VM.readFile(ARTIFACT);
        return VM.parseBytes(VM.split(VM.split(source, "_bytecode = \"")[1], "\"")[0]);
    }

    /// @notice What the owner signs for a transfer of one token.
    /// @param spender Who calls Permit2.
    /// @param witnessType What follows the witness' place in the type: `Type witness)…`, in Permit2's notation.
    function digest(
        IPermit2.PermitTransferFrom memory permit,
        address spender,
        bytes32 witness,
        string memory witnessType
    ) internal view returns (bytes32) {
        bytes32 permitted = keccak256(abi.encode(TOKEN_PERMISSIONS_TYPEHASH, permit.permitted));
        bytes32 typehash = keccak256(abi.encodePacked(SINGLE_STUB, witnessType));
        return _toTypedData(keccak256(abi.encode(typehash, permitted, spender, permit.nonce, permit.deadline, witness)));
    }

    /// @notice What the owner signs for transfers of several.
    function digest(
        IPermit2.PermitBatchTransferFrom memory permit,
        address spender,
        bytes32 witness,
        string memory witnessType
    ) internal view returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](permit.permitted.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(abi.encode(TOKEN_PERMISSIONS_TYPEHASH, permit.permitted[i]));
        }
        bytes32 permitted = keccak256(abi.encodePacked(hashes));
        bytes32 typehash = keccak256(abi.encodePacked(BATCH_STUB, witnessType));
        return _toTypedData(keccak256(abi.encode(typehash, permitted, spender, permit.nonce, permit.deadline, witness)));
    }

    function _toTypedData(bytes32 structHash) private view returns (bytes32) {
        return keccak256(bytes.concat(hex"1901", IPermit2Views(ADDRESS).DOMAIN_SEPARATOR(), structHash));
    }
}
