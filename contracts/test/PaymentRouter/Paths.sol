// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Test, Vm} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";

/// @dev Every way to pay, as calldata, with what operator and payer sign for it. What the payer signs is written out from the
/// standards and shares nothing with src/.
abstract contract Paths is Test {
    enum Path {
        Allowance,
        Batch,
        Permit,
        Authorization,
        Permit2
    }

    uint256 internal constant PATHS = uint256(type(Path).max) + 1;

    address internal constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    PaymentRouter internal router;

    /* WHO SENDS WHAT */

    /// @dev Only a relayed payment may come from somebody else than its payer.
    function _isRelayed(Path path) internal pure returns (bool) {
        return path == Path.Authorization || path == Path.Permit2;
    }

    /// @param signer Signs in the operator's name.
    /// @param owner The payer, and signs for the token where the path asks for it.
    function _callOf(Path path, IPaymentRouter.Payment memory payment, Vm.Wallet memory signer, Vm.Wallet memory owner)
        internal
        view
        returns (bytes memory)
    {
        return _callOf(path, payment, _sign(signer, _operatorDigest(path, payment)), owner);
    }

    /// @param signature The operator's, of what `path` asks for.
    function _callOf(Path path, IPaymentRouter.Payment memory payment, bytes memory signature, Vm.Wallet memory owner)
        internal
        view
        returns (bytes memory)
    {
        if (path == Path.Allowance) return abi.encodeCall(router.pay, (payment, signature));
        if (path == Path.Batch) return abi.encodeCall(router.payBatch, (_batchOf(payment), signature));
        if (path == Path.Permit) {
            (uint8 v, bytes32 r, bytes32 s) = _signPermit(owner, payment);
            return abi.encodeCall(router.payWithPermit, (payment, signature, v, r, s));
        }
        if (path == Path.Authorization) {
            return abi.encodeCall(router.payWithAuthorization, (payment, signature, _authorize(owner, payment)));
        }
        uint256 nonce = _permit2Nonce(payment);
        bytes memory permit = _sign(owner, _permit2Digest(payment, nonce));
        return abi.encodeCall(router.payWithPermit2, (payment, signature, nonce, permit));
    }

    /// @dev What the operator signs so that `payment` can be paid this way.
    function _operatorDigest(Path path, IPaymentRouter.Payment memory payment) internal view returns (bytes32) {
        return path == Path.Batch ? router.batchDigest(_batchOf(payment)) : router.digest(payment);
    }

    function _batchOf(IPaymentRouter.Payment memory payment)
        internal
        pure
        returns (IPaymentRouter.Payment[] memory payments)
    {
        payments = new IPaymentRouter.Payment[](1);
        payments[0] = payment;
    }

    /* WHAT THE OPERATOR SIGNS */

    function _sign(Vm.Wallet memory signer, IPaymentRouter.Payment memory payment)
        internal
        view
        returns (bytes memory)
    {
        return _sign(signer, router.digest(payment));
    }

    function _signBatch(Vm.Wallet memory signer, IPaymentRouter.Payment[] memory payments)
        internal
        view
        returns (bytes memory)
    {
        return _sign(signer, router.batchDigest(payments));
    }

    function _sign(Vm.Wallet memory signer, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer.privateKey, digest);
        return abi.encodePacked(r, s, v);
    }

    /* WHAT THE PAYER SIGNS FOR THE TOKEN */

    /// @dev ERC-2612, for exactly this payment.
    function _signPermit(Vm.Wallet memory owner, IPaymentRouter.Payment memory payment)
        internal
        view
        returns (uint8, bytes32, bytes32)
    {
        return _signPermit(owner, payment.token, _total(payment), payment.deadline);
    }

    function _signPermit(Vm.Wallet memory owner, address token, uint256 value, uint256 deadline)
        internal
        view
        returns (uint8, bytes32, bytes32)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner.addr,
                router,
                value,
                _word(token, abi.encodeCall(IERC20Permit.nonces, (owner.addr))),
                deadline
            )
        );
        return vm.sign(owner.privateKey, _tokenDigest(token, structHash));
    }

    /// @dev ERC-3009, for exactly this payment.
    function _authorize(Vm.Wallet memory owner, IPaymentRouter.Payment memory payment)
        internal
        view
        returns (bytes memory)
    {
        return _sign(owner, _authorizationDigest(payment));
    }

    function _authorizationDigest(IPaymentRouter.Payment memory payment) internal view returns (bytes32) {
        uint256 validBefore = payment.deadline == type(uint256).max ? payment.deadline : payment.deadline + 1;
        return _authorizationDigest(
            "ReceiveWithAuthorization", payment, address(router), _total(payment), validBefore, router.digest(payment)
        );
    }

    function _authorizationDigest(
        string memory verb,
        IPaymentRouter.Payment memory payment,
        address to,
        uint256 value,
        uint256 validBefore,
        bytes32 nonce
    ) internal view returns (bytes32) {
        string memory fields =
            "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)";
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(bytes.concat(bytes(verb), bytes(fields))), payment.payer, to, value, 0, validBefore, nonce
            )
        );
        return _tokenDigest(payment.token, structHash);
    }

    /// @dev Permit2's `PermitBatchWitnessTransferFrom`, with the payment as witness.
    function _permit2Digest(IPaymentRouter.Payment memory payment, uint256 nonce) internal view returns (bytes32) {
        return _permit2Digest(payment, payment, address(router), nonce, payment.deadline);
    }

    /// @param terms What the permit says of token and amounts.
    function _permit2Digest(
        IPaymentRouter.Payment memory terms,
        IPaymentRouter.Payment memory witness,
        address spender,
        uint256 nonce,
        uint256 deadline
    ) internal view returns (bytes32) {
        bytes32 typehash = keccak256("TokenPermissions(address token,uint256 amount)");
        bytes memory permitted = bytes.concat(keccak256(abi.encode(typehash, terms.token, terms.amount)));
        if (terms.feeAmount != 0) {
            permitted = bytes.concat(permitted, keccak256(abi.encode(typehash, terms.token, terms.feeAmount)));
        }
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "PermitBatchWitnessTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline,Payment witness)Payment(address operator,bytes32 requestId,bytes32 parent,address payer,address payee,address token,uint256 amount,address feeRecipient,uint256 feeAmount,uint256 nonce,uint256 deadline)TokenPermissions(address token,uint256 amount)"
                ),
                keccak256(permitted),
                spender,
                nonce,
                deadline,
                _structHash(witness)
            )
        );
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)"),
                keccak256("Permit2"),
                block.chainid,
                PERMIT2
            )
        );
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    /// @dev Any nonce that the payer has not used will do.
    function _permit2Nonce(IPaymentRouter.Payment memory payment) internal view returns (uint256) {
        return uint256(router.digest(payment));
    }

    function _structHash(IPaymentRouter.Payment memory payment) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "Payment(address operator,bytes32 requestId,bytes32 parent,address payer,address payee,address token,uint256 amount,address feeRecipient,uint256 feeAmount,uint256 nonce,uint256 deadline)"
                ),
                payment
            )
        );
    }

    function _total(IPaymentRouter.Payment memory payment) internal pure returns (uint256) {
        return payment.amount + payment.feeAmount;
    }

    function _tokenDigest(address token, bytes32 structHash) private view returns (bytes32) {
        bytes32 separator = bytes32(_word(token, abi.encodeCall(IERC20Permit.DOMAIN_SEPARATOR, ())));
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    /// @dev What a view answers, or zero if the token has no such view: then whatever is signed is wrong, as it should be.
    function _word(address token, bytes memory call_) private view returns (uint256) {
        (bool success, bytes memory answer) = token.staticcall(call_);
        return success && answer.length == 32 ? abi.decode(answer, (uint256)) : 0;
    }
}
