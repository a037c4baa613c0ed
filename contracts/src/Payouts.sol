// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";

/// @title Payouts
/// @dev How money leaves the escrow: pushed, or else credited. Everything a caller needs to know is in the interface.
abstract contract Payouts is IEscrow, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IEscrow
    uint256 public constant PUSH_GAS = 200_000;

    /// @dev A call gets at most 63/64 of what is left (EIP-150); the slack pays for making it.
    uint256 private constant GAS_TO_PUSH = PUSH_GAS + PUSH_GAS / 63 + 5000;

    mapping(address owner => mapping(address token => uint256 amount)) private _credits;

    /* VERBS */

    /// @inheritdoc IEscrow
    function withdraw(address token, address to) external nonReentrant {
        if (to == address(0) || to == address(this)) revert ForbiddenRecipient(to);
        _withdraw(msg.sender, token, to);
    }

    /// @inheritdoc IEscrow
    function withdrawFor(address owner, address token) external nonReentrant {
        _withdraw(owner, token, owner);
    }

    /// @inheritdoc IEscrow
    function push(address token, address to, uint256 amount) external {
        if (msg.sender != address(this)) revert OnlySelf();
        _send(token, to, amount);
    }

    /* VIEWS */

    /// @inheritdoc IEscrow
    function creditOf(address owner, address token) external view returns (uint256) {
        return _credits[owner][token];
    }

    /* INTERNALS */

    function _pushOrCredit(Terms calldata terms, bytes32 id, address to, uint256 amount) internal {
        if (amount == 0) return;
        // Else whoever calls could make a push fail by giving it too little gas.
        if (gasleft() < GAS_TO_PUSH) revert InsufficientGas(gasleft(), GAS_TO_PUSH);
        try this.push{gas: PUSH_GAS}(terms.token, to, amount) {}
        catch {
            _credits[to][terms.token] += amount;
            emit Credited(terms.operator, id, to, terms.token, amount);
        }
    }

    function _withdraw(address owner, address token, address to) private {
        uint256 amount = _credits[owner][token];
        if (amount == 0) revert NothingToPay();

        _credits[owner][token] = 0;
        emit Withdrawn(owner, token, to, amount);
        _send(token, to, amount);
    }

    /// @dev No return data of the recipient is copied, so it cannot make anybody pay for memory.
    function _send(address token, address to, uint256 amount) private {
        if (token != address(0)) IERC20(token).safeTransfer(to, amount);
        else if (!LowLevelCall.callNoReturn(to, amount, "")) revert NativeTransferFailed(to);
    }
}
