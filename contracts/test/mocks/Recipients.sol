// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ITokenReceiver} from "./Tokens.sol";

/// @dev Remembers how much gas it was given with native coin.
contract GasMeter {
    uint256 public given;

    receive() external payable {
        given = gasleft();
    }
}

/// @dev Uses all gas it is given, whatever it is called for: with native coin, or as a token.
contract GasBurner {
    fallback() external payable {
        assembly {
            invalid()
        }
    }
}

/// @dev Refuses everything with an error of 256 kilobytes: 149,000 gas, so that a push can pay for it once and not twice.
contract RevertBomb {
    fallback() external payable {
        assembly {
            revert(0, 256000)
        }
    }
}

/// @dev Accepts native coin and answers with as much.
contract AcceptingMuch {
    receive() external payable {
        assembly {
            return(0, 256000)
        }
    }
}

/// @dev Makes the calls it was armed with from within a payout to it, and remembers what came of the last. As a contract
/// wallet it signs everything (ERC-1271), so that nothing but the contract it calls can stop them.
contract Reentering is ITokenReceiver, IERC1271 {
    address private _target;
    bytes private _call;
    uint256 public calls;
    bool public success;
    bytes public result;

    function arm(address target, bytes calldata call_) external {
        _target = target;
        _call = call_;
        calls = 0;
    }

    function tokensReceived() external {
        _reenter();
    }

    receive() external payable {
        _reenter();
    }

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return IERC1271.isValidSignature.selector;
    }

    function _reenter() private {
        if (_target == address(0)) return;
        ++calls;
        (success, result) = _target.call(_call);
    }
}

/// @dev Accepts native coin if it has a million gas to use for it.
contract Hungry {
    uint256 public eaten;

    receive() external payable {
        uint256 enough = gasleft() - 1_000_000;
        while (gasleft() > enough) {
            ++eaten;
        }
    }
}
