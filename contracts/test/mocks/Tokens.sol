// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev The standard token, and the base of the odd ones.
contract PlainToken is ERC20("Plain", "PLN") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @dev As USDT: `transferFrom` returns nothing.
contract NoReturnToken is PlainToken {
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        super.transferFrom(from, to, value);
        assembly ("memory-safe") {
            return(0, 0)
        }
    }
}

/// @dev Moves nothing and says so, without reverting.
contract FalseToken is PlainToken {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}

/// @dev Moves nothing and claims success.
contract LyingToken is PlainToken {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @dev Keeps 1 % of every transfer.
contract TaxToken is PlainToken {
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        super.transferFrom(from, to, value);
        _burn(to, value / 100);
        return true;
    }
}

/// @dev Gives the recipient one unit more than was sent.
contract BonusToken is PlainToken {
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        super.transferFrom(from, to, value);
        _mint(to, 1);
        return true;
    }
}

/// @dev Takes what the recipient had before, besides delivering nothing.
contract TakingToken is PlainToken {
    function transferFrom(address, address to, uint256) public override returns (bool) {
        _burn(to, balanceOf(to));
        return true;
    }
}

/// @dev As ERC-777: calls the recipient after it was credited.
contract CallbackToken is PlainToken {
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        super.transferFrom(from, to, value);
        if (to.code.length > 0) ITokenReceiver(to).tokensReceived();
        return true;
    }
}

/// @dev Has no supply to run out of: any amount up to 2^256 - 1 can be sent to a new account.
contract BottomlessToken {
    mapping(address account => uint256) public balanceOf;

    function transferFrom(address, address to, uint256 value) external returns (bool) {
        balanceOf[to] += value;
        return true;
    }
}

interface ITokenReceiver {
    function tokensReceived() external;
}
