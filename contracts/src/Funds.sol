// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IERC3009} from "./interfaces/IERC3009.sol";
import {IFunds} from "./interfaces/IFunds.sol";
import {IPermit2} from "./interfaces/IPermit2.sol";

/// @title Funds
/// @dev How router and escrow take tokens: exactly, or not at all.
abstract contract Funds is IFunds {
    using SafeERC20 for IERC20;

    /// @dev Where Permit2 is on every chain that has it.
    IPermit2 internal constant PERMIT2 = IPermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    /// @dev By allowance.
    function _takeExactly(address token, address from, address to, uint256 amount) internal {
        uint256 before = _balanceOf(token, to);
        IERC20(token).safeTransferFrom(from, to, amount);
        _checkReceived(token, to, before, amount);
    }

    /// @dev By an ERC-3009 authorization to this contract, good from the start to the second `deadline`.
    function _receiveExactly(
        address token,
        address from,
        uint256 amount,
        uint256 deadline,
        bytes32 nonce,
        bytes calldata signature
    ) internal {
        uint256 before = _balanceOf(token, address(this));
        // The standard's bound is exclusive.
        uint256 validBefore = Math.saturatingAdd(deadline, 1);
        if (signature.length == 65) {
            bytes32 r = bytes32(signature[:32]);
            bytes32 s = bytes32(signature[32:64]);
            uint8 v = uint8(signature[64]);
            IERC3009(token).receiveWithAuthorization(from, address(this), amount, 0, validBefore, nonce, v, r, s);
        } else {
            IERC3009(token).receiveWithAuthorization(from, address(this), amount, 0, validBefore, nonce, signature);
        }
        _checkReceived(token, address(this), before, amount);
    }

    function _checkReceived(address token, address to, uint256 before, uint256 amount) internal view {
        uint256 received = Math.saturatingSub(_balanceOf(token, to), before);
        if (received != amount) revert InexactTransfer(amount, received);
    }

    function _balanceOf(address token, address account) internal view returns (uint256) {
        return IERC20(token).balanceOf(account);
    }
}
