// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "forge-std/Test.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {IPermit2} from "../../src/interfaces/IPermit2.sol";
import {Permit2} from "../mocks/Permit2.sol";
import {PlainToken} from "../mocks/Tokens.sol";
import {EscrowTest} from "./EscrowTest.sol";

/// @dev Every way to fund with a token, as calldata, with what operator and buyer sign for it. The digests are written out from
/// the standards and share nothing with src/.
abstract contract Funding is EscrowTest {
    enum Way {
        Allowance,
        Plan,
        Authorization,
        Permit2
    }

    uint256 internal constant WAYS = uint256(type(Way).max) + 1;

    string internal constant TERMS_TYPE =
        "Terms(uint64 chainId,address operator,uint256 nonce,uint40 fundBy,bytes32 requestId,address buyer,address seller,address arbiter,address evaluator,address token,uint96 amount,address feeRecipient,uint96 feeAmount,uint16 arbiterFeeBps,uint16 fallbackBps,uint40 deliverBy,uint32 reviewWindow,uint32 rulingWindow,bytes32 keyHash,bytes32 delivery)";

    function setUp() public virtual override {
        super.setUp();
        Permit2.deploy();
        vm.prank(buyer.addr);
        token.approve(Permit2.ADDRESS, type(uint256).max);
    }

    /* SENDING */

    /// @dev With the operator's signature and, where the way asks for it, the buyer's.
    function _callOf(Way way, IEscrow.Terms memory terms) internal view returns (bytes memory) {
        return _callOf(way, terms, _authorship(terms));
    }

    function _callOf(Way way, IEscrow.Terms memory terms, bytes memory signature) internal view returns (bytes memory) {
        if (way == Way.Allowance) return abi.encodeCall(escrow.fund, (terms, signature));
        if (way == Way.Plan) return abi.encodeCall(escrow.fundMany, (_plan(terms, signature)));
        if (way == Way.Authorization) {
            bytes memory authorization = _sign(buyer, _authorizationDigest(terms));
            return abi.encodeCall(escrow.fundWithAuthorization, (terms, signature, authorization));
        }
        uint256 nonce = _permitNonce(terms);
        bytes memory permit = _sign(buyer, _permit2Digest(terms, nonce));
        return abi.encodeCall(escrow.fundWithPermit2, (terms, signature, nonce, permit));
    }

    function _plan(IEscrow.Terms memory terms, bytes memory signature)
        internal
        pure
        returns (IEscrow.Opening[] memory openings)
    {
        openings = new IEscrow.Opening[](1);
        openings[0] = IEscrow.Opening(terms, signature);
    }

    /// @dev Anyone may send what the buyer has signed; else the buyer sends.
    function _senderOf(Way way, IEscrow.Terms memory terms) internal view returns (address) {
        return way == Way.Authorization || way == Way.Permit2 ? stranger.addr : terms.buyer;
    }

    function _send(address sender, uint256 value, bytes memory call_)
        internal
        returns (bool success, bytes memory result)
    {
        vm.prank(sender);
        return address(escrow).call{value: value}(call_);
    }

    /// @dev Funds, or fails with the error of the escrow.
    function _fundBy(Way way, IEscrow.Terms memory terms, bytes memory signature) internal {
        (bool success, bytes memory result) = _send(_senderOf(way, terms), 0, _callOf(way, terms, signature));
        assertEq(result, "");
        assertTrue(success);
    }

    function _fundBy(Way way, IEscrow.Terms memory terms) internal {
        _fundBy(way, terms, _authorship(terms));
    }

    /* EXPECTING A REFUSAL, which must leave no trace */

    function _expectRefusal(Way way, IEscrow.Terms memory terms, bytes memory signature, bytes memory revertData)
        internal
    {
        _expectRefusal(_senderOf(way, terms), 0, _callOf(way, terms, signature), revertData);
    }

    function _expectRefusal(Way way, IEscrow.Terms memory terms, bytes memory revertData) internal {
        _expectRefusal(way, terms, _authorship(terms), revertData);
    }

    function _expectRefusal(address sender, uint256 value, bytes memory call_, bytes memory revertData) internal {
        (bool success, bytes memory result) = _send(sender, value, call_);
        assertEq(result, revertData);
        assertFalse(success);
    }

    function _wrongSigner(address recovered) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IOperators.WrongSigner.selector, recovered);
    }

    function _nonceUsed(IEscrow.Terms memory terms) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IOperators.NonceUsed.selector, terms.operator, terms.nonce);
    }

    function _invalid(IEscrow.Field field) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IEscrow.InvalidTerms.selector, field);
    }

    function _wrongValue(uint256 sent, uint256 needed) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IFunds.WrongValue.selector, sent, needed);
    }

    function _inexact(uint256 expected, uint256 received) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IFunds.InexactTransfer.selector, expected, received);
    }

    function _assertNone(IEscrow.Terms memory terms) internal view {
        _assertState(escrow.idOf(terms), 0, 0, 0, IEscrow.Status.None);
        assertFalse(escrow.isUsed(terms.operator, terms.nonce), "nonce");
    }

    function _assertFunded(IEscrow.Terms memory terms) internal view {
        bytes32 id = escrow.idOf(terms);
        _assertState(id, terms.amount, 0, terms.deliverBy, IEscrow.Status.Funded);
        assertFalse(escrow.stateOf(id).passed, "passed");
        assertTrue(escrow.isUsed(terms.operator, terms.nonce), "nonce");
    }

    /* TERMS */

    /// @dev Valid terms in each way to deliver.
    function _deliveries() internal view returns (IEscrow.Terms[5] memory all) {
        all = [_terms(), _unarbitrated(), _evaluated(), _exchange(), _verifiedExchange()];
    }

    /// @dev Review in which the fallback alone decides a dispute.
    function _unarbitrated() internal view returns (IEscrow.Terms memory terms) {
        terms = _terms();
        terms.arbiter = address(0);
        terms.arbiterFeeBps = 0;
    }

    /// @dev Terms in an odd token, of which the buyer has the amount and has allowed it on every way.
    function _in(PlainToken odd) internal returns (IEscrow.Terms memory terms) {
        terms = _terms();
        terms.token = address(odd);
        odd.mint(terms.buyer, terms.amount);
        vm.startPrank(terms.buyer);
        odd.approve(address(escrow), type(uint256).max);
        odd.approve(Permit2.ADDRESS, type(uint256).max);
        vm.stopPrank();
    }

    /* WHAT IS SIGNED */

    function _structHash(IEscrow.Terms memory terms) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), terms));
    }

    /// @dev The EIP-712 digest of a struct in the domain `Escrow` / `1`.
    function _digest(uint256 chainId, address verifyingContract, bytes32 structHash) internal pure returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Escrow"),
                keccak256("1"),
                chainId,
                verifyingContract
            )
        );
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    function _idOf(IEscrow.Terms memory terms) internal view returns (bytes32) {
        return _digest(terms.chainId, address(escrow), _structHash(terms));
    }

    /// @dev ERC-3009, for exactly these terms.
    function _authorizationDigest(IEscrow.Terms memory terms) internal view returns (bytes32) {
        return _authorizationDigest(
            "ReceiveWithAuthorization", terms, address(escrow), terms.amount, uint256(terms.fundBy) + 1, _idOf(terms)
        );
    }

    function _authorizationDigest(
        string memory verb,
        IEscrow.Terms memory terms,
        address to,
        uint256 value,
        uint256 validBefore,
        bytes32 nonce
    ) internal view returns (bytes32) {
        string memory fields =
            "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)";
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(bytes.concat(bytes(verb), bytes(fields))), terms.buyer, to, value, 0, validBefore, nonce
            )
        );
        return keccak256(abi.encodePacked(hex"1901", _separatorOf(terms.token), structHash));
    }

    /// @dev Any nonce of Permit2 that the buyer has not used will do.
    function _permitNonce(IEscrow.Terms memory terms) internal view returns (uint256) {
        return uint256(_idOf(terms));
    }

    /// @dev Permit2's `PermitWitnessTransferFrom`, for exactly these terms.
    function _permit2Digest(IEscrow.Terms memory terms, uint256 nonce) internal view returns (bytes32) {
        return _permit2Digest(terms, address(escrow), terms.amount, nonce, terms.fundBy);
    }

    function _permit2Digest(
        IEscrow.Terms memory terms,
        address spender,
        uint256 amount,
        uint256 nonce,
        uint256 deadline
    ) internal view returns (bytes32) {
        return Permit2.digest(
            IPermit2.PermitTransferFrom(IPermit2.TokenPermissions(terms.token, amount), nonce, deadline),
            spender,
            _structHash(terms),
            string.concat("Terms witness)", TERMS_TYPE, "TokenPermissions(address token,uint256 amount)")
        );
    }

    /// @dev Zero if the token has none: then whatever is signed is wrong, as it should be.
    function _separatorOf(address asset) private view returns (bytes32) {
        (bool success, bytes memory answer) = asset.staticcall(abi.encodeCall(IERC20Permit.DOMAIN_SEPARATOR, ()));
        return success && answer.length == 32 ? abi.decode(answer, (bytes32)) : bytes32(0);
    }
}
