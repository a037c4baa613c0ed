// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

/// @title EIP-712 domains that are computed on each call
/// @dev Instead of being cached in immutables (OpenZeppelin's EIP712): it costs some 200 gas, and a contract's code is the
/// same, byte for byte, on every chain, so that one hash identifies it.
library Eip712 {
    string internal constant VERSION = "1";

    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    bytes32 private constant VERSION_HASH = keccak256("1");

    function separator(bytes32 nameHash, uint256 chainId, address verifyingContract) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, nameHash, VERSION_HASH, chainId, verifyingContract));
    }

    /// @dev What `eip712Domain()` answers (ERC-5267). 0x0f: name, version, chainId and verifyingContract are used, salt is not.
    function domain(string memory name)
        internal
        view
        returns (
            bytes1 fields,
            string memory name_,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (hex"0f", name, VERSION, block.chainid, address(this), bytes32(0), new uint256[](0));
    }
}
