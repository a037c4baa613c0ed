// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "forge-std/Vm.sol";

/// @dev Halmos' own cheatcodes, as far as they are used here.
interface IHalmos {
    /// @notice From here on every slot of `account` may have any value.
    function enableSymbolicStorage(address account) external;

    /// @notice Any call of a function of `contractName` that may change state.
    function createCalldata(string calldata contractName) external pure returns (bytes memory);
}

/// @dev What the symbolic tests share. Halmos runs each `check_` function for all values of its parameters at once: a
/// property holds when no `assert` can fail. A path on which the test itself reverts is not looked at.
abstract contract SymbolicTest {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    IHalmos internal constant HALMOS = IHalmos(address(uint160(uint256(keccak256("svm cheat code")))));

    struct Signature {
        bytes32 r;
        bytes32 s;
        uint8 v;
    }

    /// @dev Calls as `sender` and says whether it worked.
    function _call(address sender, address target, bytes memory data) internal returns (bool success) {
        return _call(sender, target, 0, data);
    }

    function _call(address sender, address target, uint256 value, bytes memory data) internal returns (bool success) {
        // More than there is of any native coin, and the most that Halmos takes.
        vm.deal(sender, type(uint96).max);
        vm.prank(sender);
        (success,) = target.call{value: value}(data);
    }

    function _bytes(Signature calldata signature) internal pure returns (bytes memory) {
        return abi.encodePacked(signature.r, signature.s, signature.v);
    }
}
