// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {ITokenReceiver, ITokenSender} from "./Tokens.sol";

/// @dev A contract wallet: it executes calls in a batch, and accepts exactly one signature under ERC-1271.
contract Wallet is IERC1271 {
    struct Call {
        address to;
        uint256 value;
        bytes data;
    }

    bytes32 private _digest;
    bytes32 private _signatureHash;

    function accept(bytes32 digest, bytes calldata signature) external {
        _digest = digest;
        _signatureHash = keccak256(signature);
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        bool valid = digest == _digest && keccak256(signature) == _signatureHash;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    function multicall(Call[] calldata calls) external payable {
        for (uint256 i; i < calls.length; ++i) {
            (bool success, bytes memory result) = calls[i].to.call{value: calls[i].value}(calls[i].data);
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(result, 0x20), mload(result))
                }
            }
        }
    }

    receive() external payable {}
}

/// @dev A contract wallet of one key that accepts every digest the key signed, so that a digest which does not name the wallet
/// is good for each of the key's wallets.
contract KeyWallet is IERC1271 {
    address private immutable KEY;

    constructor(address key) {
        KEY = key;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        return recovered == KEY ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @dev Code for an EIP-7702 account: it accepts what the account's own key signed.
contract SelfSigned is IERC1271 {
    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        return recovered == address(this) ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @dev Answers every call, so also `isValidSignature`, with the bytes it was made with.
contract Answering {
    bytes private _answer;

    constructor(bytes memory answer) {
        _answer = answer;
    }

    fallback(bytes calldata) external payable returns (bytes memory) {
        return _answer;
    }
}

/// @dev Refuses every call and all native coin.
contract Refusing {
    error Refused();

    fallback() external payable {
        revert Refused();
    }
}

/// @dev Accepts native coin and returns a megabyte, whose copy a careless caller would pay for.
contract ReturnBomb {
    receive() external payable {
        assembly {
            return(0, 1000000)
        }
    }
}

/// @dev Pays a payment of its own from within the payment that it receives or makes, and remembers why that failed.
contract Reentrant is ITokenReceiver, ITokenSender {
    IPaymentRouter private _router;
    bytes private _call;
    bytes public failure;

    function arm(IPaymentRouter router, bytes calldata call) external {
        _router = router;
        _call = call;
    }

    function tokensToSend() external {
        _reenter();
    }

    function tokensReceived() external {
        _reenter();
    }

    receive() external payable {
        _reenter();
    }

    function _reenter() private {
        (bool success, bytes memory result) = address(_router).call(_call);
        if (!success) failure = result;
    }
}
