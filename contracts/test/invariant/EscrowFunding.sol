// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {IPermit2} from "../../src/interfaces/IPermit2.sol";
import {EscrowHash} from "../../src/libraries/EscrowHash.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Permit2} from "../mocks/Permit2.sol";
import {EscrowModel} from "./EscrowModel.sol";

/// @dev Money in: every way to fund, terms at their bounds, and whatever must not be funded.
abstract contract EscrowFunding is EscrowModel {
    uint256 internal constant WAYS = 5; // review with arbiter, without, with evaluator; exchange; verified exchange
    bytes32 private constant RECEIVE_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    mapping(address operator => mapping(uint256 nonce => bool)) private _dead; // used or cancelled
    mapping(address operator => mapping(address signer => uint48)) private _until;
    uint256 private _nonces;
    uint256 public opened;

    /* ACTIONS */

    function fund(uint256 seed) external {
        _fundOne(seed, _roll(seed, "way", WAYS));
    }

    function fundMany(uint256 seed) external {
        IEscrow.Opening[] memory openings = new IEscrow.Opening[](2 + _roll(seed, "more", 2));
        bytes memory err;
        uint256 sum;
        for (uint256 i; i < openings.length; ++i) {
            IEscrow.Terms memory terms = _draw(uint256(keccak256(abi.encode(seed, i))), i);
            if (i != 0) _join(terms, openings[0].terms);
            openings[i] = IEscrow.Opening(terms, _authorship(seed, terms));
            err = _first(err, _errOpen(terms));
            sum += terms.amount;
        }
        IEscrow.Terms memory first = openings[0].terms;
        err = _first(err, _errToken(first, 0));
        uint256 value = first.token == address(0) ? sum : 0;
        if (!_send(first.buyer, value, abi.encodeCall(IEscrow.fundMany, (openings)), err)) return;
        for (uint256 i; i < openings.length; ++i) {
            _enterFunded(openings[i].terms);
        }
        for (uint256 i; i < openings.length; ++i) {
            _compare(_cases.length - 1 - i);
        }
    }

    /// @dev Terms that are as they should be but for one thing.
    function fundWrongly(uint256 seed) external {
        IEscrow.Terms memory terms = _draw(seed, _roll(seed, "way", WAYS));
        address sender = terms.buyer;
        bytes memory err;
        uint256 flaw = _roll(seed, "flaw", 5);
        if (flaw == 0) {
            sender = _someone(seed, "thief");
            if (sender == terms.buyer) return;
            err = _wrongSender(sender, terms.buyer);
        } else if (flaw == 1) {
            terms.fundBy = _time - 1;
            err = _expired(terms.fundBy);
        } else if (flaw == 2) {
            err = abi.encodeWithSelector(IEscrow.InvalidTerms.selector, _break(terms, seed));
        } else if (flaw == 3) {
            uint256 value = terms.token == address(0) ? terms.amount - 1 : 1;
            err = _errOpen(terms);
            err = _first(
                err,
                abi.encodeWithSelector(IFunds.WrongValue.selector, value, terms.token == address(0) ? terms.amount : 0)
            );
            _send(sender, value, abi.encodeCall(IEscrow.fund, (terms, _authorship(seed, terms))), err);
            return;
        } else {
            IEscrow.Opening[] memory openings = new IEscrow.Opening[](_roll(seed, "empty", 2) * 2);
            err = abi.encodeWithSelector(IEscrow.EmptyPlan.selector);
            if (openings.length != 0) {
                IEscrow.Terms memory other = _draw(seed + 1, _roll(seed, "way", WAYS));
                _join(other, terms);
                other.token = tokens[terms.token == tokens[1] ? 3 : 1];
                openings[0] = IEscrow.Opening(terms, _authorship(seed, terms));
                openings[1] = IEscrow.Opening(other, _authorship(seed, other));
                err = _first(_errOpen(terms), abi.encodeWithSelector(IEscrow.MixedPlan.selector, 1));
            }
            _send(sender, 0, abi.encodeCall(IEscrow.fundMany, (openings)), err);
            return;
        }
        uint256 due = terms.token == address(0) ? terms.amount : 0;
        _send(sender, due, abi.encodeCall(IEscrow.fund, (terms, _authorship(seed, terms))), err);
    }

    /// @dev Signed by another, or something else was signed.
    function fundUnauthorised(uint256 seed) external {
        IEscrow.Terms memory terms = _draw(seed, _roll(seed, "way", WAYS));
        address signer = _someone(seed, "forger");
        bytes32 id = escrow.idOf(terms);
        if (signer == terms.operator || _until[terms.operator][_keyOf[signer]] >= _time) {
            // Then it signs what the buyer changes afterwards.
            bytes32 other = keccak256(abi.encode(id));
            signer = terms.operator;
            id = other;
        }
        bytes memory signature = _sign(signer, id);
        address recovered = _recover(escrow.idOf(terms), signature);
        bytes memory err = abi.encodeWithSelector(IOperators.WrongSigner.selector, recovered);
        uint256 value = terms.token == address(0) ? terms.amount : 0;
        _send(terms.buyer, value, abi.encodeCall(IEscrow.fund, (terms, signature)), err);
    }

    /// @dev The same terms again, or others of the same unit.
    function fundAgain(uint256 seed) external {
        if (_cases.length == 0) return;
        IEscrow.Terms memory terms = _draw(seed, _roll(seed, "way", WAYS));
        IEscrow.Terms memory before = _cases[_roll(seed, "case", _cases.length)].terms;
        (terms.operator, terms.nonce) = (before.operator, before.nonce);
        if (_roll(seed, "same", 2) == 0 && before.fundBy >= _time && before.deliverBy >= _time + 1 hours) {
            terms = before;
        }
        bytes memory err = _errOpen(terms);
        if (err.length == 0) return; // of a case that was never funded
        uint256 value = terms.token == address(0) ? terms.amount : 0;
        _send(terms.buyer, value, abi.encodeCall(IEscrow.fund, (terms, _authorship(seed, terms))), err);
    }

    function setSigner(uint256 seed) external {
        address operator = _operator(seed, "operator");
        address signer = accounts[11 + _roll(seed, "delegate", 2)];
        uint48 until = uint48(_time + _roll(seed, "until", 3 days));
        if (_roll(seed, "revoke", 4) == 0) until = 0;
        vm.prank(operator);
        escrow.setSigner(signer, until);
        _until[operator][signer] = until;
    }

    /// @dev Nonces near the next one: a few escrows that were to be funded cannot be any more.
    function cancel(uint256 seed) external {
        address operator = _operator(seed, "operator");
        uint256 nonce = _nonces + _roll(seed, "nonce", 12);
        vm.prank(operator);
        escrow.cancel(nonce >> 8, 1 << (nonce & 0xff));
        _dead[operator][nonce] = true;
    }

    /* FUNDING */

    function _fundOne(uint256 seed, uint256 way) internal {
        IEscrow.Terms memory terms = _draw(seed, way);
        uint256 road = _roll(seed, "road", 4); // 0 and 1: by the buyer itself
        bytes memory authorship = _authorship(seed, terms);
        bytes memory err = _errOpen(terms);
        address sender = terms.buyer;
        uint256 value;
        bytes memory data;
        if (road < 2) {
            value = terms.token == address(0) ? terms.amount : 0;
            err = _first(err, _errToken(terms, 0));
            data = abi.encodeCall(IEscrow.fund, (terms, authorship));
        } else {
            sender = _someone(seed, "relay");
            // Of the tokens here only this one asks a contract wallet (ERC-1271).
            if (road == 2 && terms.token != tokens[USDC] && _keyOf[terms.buyer] != terms.buyer) road = 3;
            if (terms.token == address(0)) err = abi.encodeWithSelector(IFunds.WrongValue.selector, 0, terms.amount);
            else if (road == 2 && terms.token == tokens[1]) terms.token = tokens[USDC];
            if (terms.token != address(0)) (authorship, err) = (_authorship(seed, terms), _errOpen(terms));
            err = _first(err, _errToken(terms, road == 2 ? 1 : 2));
            data = road == 2
                ? abi.encodeCall(IEscrow.fundWithAuthorization, (terms, authorship, _authorization(terms)))
                : abi.encodeCall(IEscrow.fundWithPermit2, (terms, authorship, terms.nonce, _permit(terms)));
        }
        if (!_send(sender, value, data, err)) return;
        _enterFunded(terms);
        _compare(_cases.length - 1);
    }

    function _enterFunded(IEscrow.Terms memory terms) private {
        _dead[terms.operator][terms.nonce] = true;
        entitled[terms.token][terms.buyer] -= terms.amount;
        _open.push(_cases.length);
        _push(terms);
        EscrowModel.Case storage it = _cases[_cases.length - 1];
        it.status = IEscrow.Status.Funded;
        it.remaining = terms.amount;
        it.timer = terms.deliverBy;
        ++opened;
    }

    function _push(IEscrow.Terms memory terms) internal {
        Case storage it = _cases.push();
        it.terms = terms;
        it.id = escrow.idOf(terms);
    }

    /// @dev What keeps valid terms with the operator's authorship from being opened.
    function _errOpen(IEscrow.Terms memory terms) private view returns (bytes memory) {
        if (!_dead[terms.operator][terms.nonce]) return "";
        return abi.encodeWithSelector(IOperators.NonceUsed.selector, terms.operator, terms.nonce);
    }

    /// @dev The token's own no. Roads: by allowance, by authorization, through Permit2.
    function _errToken(IEscrow.Terms memory terms, uint256 road) private view returns (bytes memory) {
        if (terms.token != tokens[USDC]) return "";
        bool here = TestToken(terms.token).isBlacklisted(address(escrow));
        bool buyer = TestToken(terms.token).isBlacklisted(terms.buyer);
        if (!here && !buyer) return "";
        if (road == 2) return abi.encodeWithSignature("Error(string)", "TRANSFER_FROM_FAILED");
        // By allowance it asks about the spender first.
        address first = road == 0 && here ? address(escrow) : buyer ? terms.buyer : address(escrow);
        return abi.encodeWithSelector(TestToken.AccountBlacklisted.selector, first);
    }

    function _authorship(uint256 seed, IEscrow.Terms memory terms) internal view returns (bytes memory) {
        address delegate = accounts[11 + _roll(seed, "signing", 2)];
        bool delegated = _until[terms.operator][delegate] >= _time;
        return _sign(delegated ? delegate : terms.operator, escrow.idOf(terms));
    }

    function _authorization(IEscrow.Terms memory terms) private view returns (bytes memory) {
        if (terms.token == address(0)) return "";
        bytes32 struct_ = keccak256(
            abi.encode(
                RECEIVE_TYPEHASH,
                terms.buyer,
                address(escrow),
                terms.amount,
                0,
                uint256(terms.fundBy) + 1,
                escrow.idOf(terms)
            )
        );
        bytes32 domain = TestToken(terms.token).DOMAIN_SEPARATOR();
        return _sign(terms.buyer, keccak256(abi.encodePacked(hex"1901", domain, struct_)));
    }

    function _permit(IEscrow.Terms memory terms) private view returns (bytes memory) {
        IPermit2.PermitTransferFrom memory permit = IPermit2.PermitTransferFrom(
            IPermit2.TokenPermissions(terms.token, terms.amount), terms.nonce, terms.fundBy
        );
        bytes32 witness = keccak256(abi.encode(EscrowHash.TERMS_TYPEHASH, terms));
        return _sign(terms.buyer, Permit2.digest(permit, address(escrow), witness, EscrowHash.WITNESS_TYPE));
    }

    /* TERMS */

    /// @dev Valid terms, at a bound of each field as often as not.
    function _draw(uint256 seed, uint256 way) internal returns (IEscrow.Terms memory t) {
        t.chainId = uint64(block.chainid);
        t.operator = _operator(seed, "operator");
        t.nonce = _nonces++;
        t.fundBy = _time + uint40(_roll(seed, "fundBy", 2) * 1 days);
        t.requestId = bytes32(seed);
        uint256 buyer = _roll(seed, "buyer", PARTIES);
        t.buyer = accounts[buyer];
        t.seller = accounts[(buyer + 1 + _roll(seed, "seller", PARTIES - 1)) % PARTIES];
        t.token = tokens[_roll(seed, "token", TOKENS)];
        t.amount = uint96(_bounded(seed, "amount", 1, type(uint96).max, 1e12));
        if (_roll(seed, "free", 4) != 0) t.feeAmount = uint96(_bounded(seed, "fee", 0, t.amount / 5, t.amount / 5));
        if (t.feeAmount != 0) t.feeRecipient = _third(seed, "feeRecipient");
        t.deliverBy = _time + uint40(_bounded(seed, "deliverBy", 1 hours, 730 days, 20 days));
        if (way == 2 || way == 4) t.evaluator = _third(seed, "evaluator");
        if (way > 2) {
            t.delivery = keccak256(abi.encode("sealed", seed));
            t.keyHash = keccak256(abi.encode(t.seller, _keyFor(t.requestId)));
            return t;
        }
        t.reviewWindow = uint32(_bounded(seed, "review", 1 days, 365 days, 20 days));
        t.rulingWindow = uint32(_bounded(seed, "ruling", 1 days, 365 days, 20 days));
        bool arbitrated = way == 0 || (way == 2 && _roll(seed, "arbitrated", 2) == 0);
        if (arbitrated) t.arbiter = _third(seed, "arbiter");
        if (arbitrated) t.arbiterFeeBps = uint16(_bounded(seed, "arbiterFee", 0, 1000, 1000));
        t.fallbackBps = uint16(_bounded(seed, "fallback", arbitrated ? 0 : 1, arbitrated ? 10_000 : 9999, 9999));
    }

    function _keyFor(bytes32 requestId) internal pure returns (bytes32) {
        return keccak256(abi.encode("key", requestId));
    }

    /// @dev One of the bounds in two of eight; else up to `usual`.
    function _bounded(uint256 seed, string memory what, uint256 min, uint256 max, uint256 usual)
        private
        pure
        returns (uint256)
    {
        uint256 roll = _roll(seed, what, 8);
        if (roll == 0) return min;
        if (roll == 1) return max;
        return _bound(uint256(keccak256(abi.encode(what, seed))), min, usual < min ? min : usual);
    }

    /// @dev Of the same buyer and token as the first of its plan.
    function _join(IEscrow.Terms memory terms, IEscrow.Terms memory first) private view {
        (terms.buyer, terms.token) = (first.buyer, first.token);
        if (terms.seller == terms.buyer) terms.seller = accounts[terms.buyer == accounts[0] ? 1 : 0];
        if (terms.keyHash != 0) terms.keyHash = keccak256(abi.encode(terms.seller, _keyFor(terms.requestId)));
    }

    function _break(IEscrow.Terms memory t, uint256 seed) private view returns (IEscrow.Field) {
        uint256 which = _roll(seed, "field", 10);
        if (which == 0) t.chainId += 1;
        if (which == 0) return IEscrow.Field.ChainId;
        if (which == 1) t.seller = t.buyer;
        if (which == 1) return IEscrow.Field.Seller;
        if (which == 2) t.evaluator = t.seller;
        if (which == 2) return IEscrow.Field.Evaluator;
        if (which == 3) t.amount = 0;
        if (which == 3) return IEscrow.Field.Amount;
        if (which == 4) t.feeRecipient = t.feeAmount == 0 ? accounts[5] : address(0);
        if (which == 4) return IEscrow.Field.FeeRecipient;
        if (which == 5) (t.feeAmount, t.feeRecipient) = (t.amount / 5 + 1, accounts[5]);
        if (which == 5) return IEscrow.Field.FeeAmount;
        if (which == 6) t.deliverBy = _roll(seed, "late", 2) == 0 ? _time + 1 hours - 1 : _time + 730 days + 1;
        if (which == 6) return IEscrow.Field.DeliverBy;
        if (which == 7) t.reviewWindow = t.keyHash != 0 || _roll(seed, "long", 2) == 0 ? 1 days - 1 : 365 days + 1;
        if (which == 7) return IEscrow.Field.ReviewWindow;
        if (which == 8) t.delivery = t.keyHash == 0 ? bytes32(seed | 1) : bytes32(0);
        if (which == 8) return IEscrow.Field.Delivery;
        t.fallbackBps = t.arbiter == address(0) ? (t.keyHash == 0 ? 10_000 : 1) : 10_001;
        return IEscrow.Field.FallbackBps;
    }
}
