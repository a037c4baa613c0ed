// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AuthorizedToken} from "./Tokens.sol";

/// @dev Calls whom it was told to before it moves anything, in its own name, and remembers why that failed.
contract ReentrantToken is AuthorizedToken {
    address private _target;
    bytes private _call;
    bool public called;
    bytes public failure;

    function arm(address target, bytes calldata call_) external {
        _target = target;
        _call = call_;
    }

    function fire() public {
        bool success;
        (success, failure) = _target.call(_call);
        called = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (_target != address(0) && !called) fire();
        super._update(from, to, value);
    }
}
