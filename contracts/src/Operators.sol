// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IOperators} from "./interfaces/IOperators.sol";

/// @title Operators
/// @dev The half that router and escrow share. Everything a caller needs to know is in the interface.
abstract contract Operators is IOperators {
    /// @dev Used and cancelled nonces, 256 to a word: a warm word costs 5,000 gas to change, a slot per nonce 22,100.
    mapping(address operator => mapping(uint256 word => uint256 bits)) private _usedNonces;

    mapping(address operator => mapping(address signer => uint48 until)) private _signerUntil;

    /* VERBS */

    /// @inheritdoc IOperators
    function setSigner(address signer, uint48 until) external {
        if (signer == address(0)) revert ZeroAddress();

        _signerUntil[msg.sender][signer] = until;
        emit SignerSet(msg.sender, signer, until);
    }

    /// @inheritdoc IOperators
    function cancel(uint256 word, uint256 mask) external {
        uint256 used = _usedNonces[msg.sender][word];
        uint256 changed = mask & ~used;
        if (changed == 0) return;

        _usedNonces[msg.sender][word] = used | changed;
        emit NoncesCancelled(msg.sender, word, changed);
    }

    /* VIEWS */

    /// @inheritdoc IOperators
    function isUsed(address operator, uint256 nonce) external view returns (bool) {
        return _usedNonces[operator][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }

    /// @inheritdoc IOperators
    function isSigner(address operator, address signer) external view returns (bool) {
        return _isSigner(operator, signer);
    }

    /// @inheritdoc IOperators
    function signerUntil(address operator, address signer) external view returns (uint48) {
        return _signerUntil[operator][signer];
    }

    /* INTERNALS */

    /// @dev By the operator's key or a delegate's, or as the operator's contract says.
    function _checkOperator(address operator, bytes32 digest, bytes calldata signature) internal view {
        // Zero when it is no ECDSA signature, and zero is nobody's signer.
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (_isSigner(operator, recovered)) return;
        _checkContract(operator, digest, signature, recovered);
    }

    /// @dev By the account's key, or as the account's contract says; delegates do not count.
    function _checkAccount(address account, bytes32 digest, bytes calldata signature) internal view {
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (recovered == account && account != address(0)) return;
        _checkContract(account, digest, signature, recovered);
    }

    /// @dev The second question (ERC-1271). ECDSA is always the first, whatever code the account has: EIP-7702 gives a key's
    /// account code.
    function _checkContract(address account, bytes32 digest, bytes calldata signature, address recovered) private view {
        if (!SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature)) {
            revert WrongSigner(recovered);
        }
    }

    function _isSigner(address operator, address signer) private view returns (bool) {
        if (signer == address(0)) return false;
        return signer == operator || block.timestamp <= _signerUntil[operator][signer];
    }

    function _useNonce(address operator, uint256 nonce) internal {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 used = _usedNonces[operator][nonce >> 8];
        if (used & bit != 0) revert NonceUsed(operator, nonce);
        _usedNonces[operator][nonce >> 8] = used | bit;
    }
}
