// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {AuthorizedToken} from "../mocks/Tokens.sol";
import {Funding} from "./Funding.sol";

/// @dev Any terms that the description of their fields allows, and the same with one field that it does not.
abstract contract AnyTerms is Funding {
    uint256 private constant FIELDS = uint256(type(IEscrow.Field).max) + 1;

    /// @dev Valid at NOW, in native coin or in a token of which the buyer has what it needs.
    function _anyTerms(uint256 seed) internal returns (IEscrow.Terms memory terms) {
        terms.chainId = uint64(block.chainid);
        terms.operator = operator.addr;
        terms.nonce = _pick(seed, "nonce");
        terms.fundBy = uint40(_within(seed, "fundBy", NOW, type(uint40).max));
        terms.requestId = bytes32(_pick(seed, "requestId"));
        terms.buyer = buyer.addr;
        terms.seller = _account(seed, "seller");
        if (_flip(seed, "evaluated")) terms.evaluator = _account(seed, "evaluator");
        terms.amount = uint96(_within(seed, "amount", 1, _flip(seed, "dust") ? 20 : type(uint96).max));
        if (terms.amount >= 5 && _flip(seed, "fee")) {
            terms.feeRecipient = _account(seed, "feeRecipient");
            terms.feeAmount = uint96(_within(seed, "feeAmount", 1, terms.amount / 5));
        }
        terms.deliverBy = uint40(_within(seed, "deliverBy", NOW + 1 hours, NOW + 730 days));
        if (_flip(seed, "sealed")) _seal(seed, terms);
        else _review(seed, terms);
        if (_flip(seed, "token")) _give(terms);
    }

    function _anyField(uint256 seed) internal pure returns (IEscrow.Field) {
        return IEscrow.Field(_pick(seed, "field") % FIELDS);
    }

    function _anyWay(uint256 seed, IEscrow.Terms memory terms) internal pure returns (Way) {
        return Way(_pick(seed, "way") % (terms.token == address(0) ? 2 : WAYS));
    }

    /// @dev Makes `field` what it must not be, and no field before it.
    function _break(uint256 seed, IEscrow.Terms memory terms, IEscrow.Field field) internal view {
        if (field == IEscrow.Field.ChainId) terms.chainId = uint64(_not(seed, block.chainid, type(uint64).max));
        if (field == IEscrow.Field.Operator) terms.operator = address(0);
        if (field == IEscrow.Field.Buyer) terms.buyer = _insider(seed, terms, address(0));
        if (field == IEscrow.Field.Seller) {
            terms.seller = _insider(seed, terms, _flip(seed, "self") ? terms.buyer : address(0));
        }
        if (field == IEscrow.Field.Arbiter) {
            terms.arbiter = terms.keyHash != 0 ? _account(seed, "arbiter") : _party(seed, terms);
        }
        if (field == IEscrow.Field.Evaluator) terms.evaluator = _party(seed, terms);
        if (field == IEscrow.Field.Token) terms.token = address(escrow);
        if (field == IEscrow.Field.Amount) terms.amount = 0;
        if (field == IEscrow.Field.FeeRecipient) _breakFeeRecipient(seed, terms);
        if (field == IEscrow.Field.FeeAmount) {
            terms.feeRecipient = _account(seed, "feeRecipient");
            terms.feeAmount = uint96(_within(seed, "feeAmount", uint256(terms.amount) / 5 + 1, type(uint96).max));
        }
        if (field > IEscrow.Field.FeeAmount) _breakDelivery(seed, terms, field);
    }

    function _breakFeeRecipient(uint256 seed, IEscrow.Terms memory terms) private view {
        if (terms.feeAmount == 0) terms.feeRecipient = _account(seed, "feeRecipient");
        else terms.feeRecipient = _flip(seed, "absent") ? address(0) : _party(seed, terms);
    }

    function _breakDelivery(uint256 seed, IEscrow.Terms memory terms, IEscrow.Field field) private pure {
        bool isSealed = terms.keyHash != 0;
        bool arbitrated = terms.arbiter != address(0);
        if (field == IEscrow.Field.ArbiterFeeBps) {
            terms.arbiterFeeBps = uint16(_within(seed, "value", arbitrated ? 1001 : 1, type(uint16).max));
        }
        if (field == IEscrow.Field.FallbackBps) {
            uint256 least = isSealed ? 1 : arbitrated ? 10_001 : 10_000;
            bool none = !isSealed && !arbitrated && _flip(seed, "none");
            terms.fallbackBps = none ? 0 : uint16(_within(seed, "value", least, type(uint16).max));
        }
        if (field == IEscrow.Field.DeliverBy) {
            terms.deliverBy = _flip(seed, "early")
                ? uint40(_within(seed, "value", 0, NOW + 1 hours - 1))
                : uint40(_within(seed, "value", NOW + 730 days + 1, type(uint40).max));
        }
        if (field == IEscrow.Field.ReviewWindow) terms.reviewWindow = _noWindow(seed, isSealed);
        if (field == IEscrow.Field.RulingWindow) terms.rulingWindow = _noWindow(seed, isSealed);
        if (field == IEscrow.Field.Delivery) terms.delivery = isSealed ? bytes32(0) : bytes32(_pick(seed, "value"));
    }

    function _seal(uint256 seed, IEscrow.Terms memory terms) private pure {
        terms.keyHash = keccak256(abi.encode(terms.seller, _pick(seed, "key")));
        terms.delivery = bytes32(_pick(seed, "delivery"));
    }

    function _review(uint256 seed, IEscrow.Terms memory terms) private pure {
        bool arbitrated = _flip(seed, "arbitrated");
        if (arbitrated) {
            terms.arbiter = _account(seed, "arbiter");
            terms.arbiterFeeBps = uint16(_within(seed, "arbiterFeeBps", 0, 1000));
        }
        terms.fallbackBps = uint16(_within(seed, "fallbackBps", arbitrated ? 0 : 1, arbitrated ? 10_000 : 9999));
        terms.reviewWindow = uint32(_within(seed, "reviewWindow", 24 hours, 365 days));
        terms.rulingWindow = uint32(_within(seed, "rulingWindow", 24 hours, 365 days));
    }

    function _give(IEscrow.Terms memory terms) private {
        uint96 amount = terms.amount;
        AuthorizedToken plain = new AuthorizedToken();
        terms.token = _in(plain).token;
        plain.mint(buyer.addr, amount);
    }

    function _noWindow(uint256 seed, bool isSealed) private pure returns (uint32) {
        if (isSealed) return uint32(_within(seed, "value", 1, type(uint32).max));
        return _flip(seed, "short")
            ? uint32(_within(seed, "value", 0, 24 hours - 1))
            : uint32(_within(seed, "value", 365 days + 1, type(uint32).max));
    }

    /// @dev Who can be nobody in these terms: this contract, the token if it is one, or `other`.
    function _insider(uint256 seed, IEscrow.Terms memory terms, address other) private view returns (address) {
        uint256 which = _pick(seed, "insider") % 3;
        if (which == 0) return address(escrow);
        return which == 1 && terms.token != address(0) ? terms.token : other;
    }

    /// @dev Who can be no third one: an insider or one of the parties.
    function _party(uint256 seed, IEscrow.Terms memory terms) private view returns (address) {
        return _insider(seed, terms, _flip(seed, "party") ? terms.buyer : terms.seller);
    }

    /* CHANCE */

    function _pick(uint256 seed, string memory what) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what)));
    }

    function _flip(uint256 seed, string memory what) private pure returns (bool) {
        return _pick(seed, what) % 2 == 0;
    }

    function _account(uint256 seed, string memory what) private pure returns (address) {
        return address(uint160(_pick(seed, what)));
    }

    /// @dev Half of the time one of the ends, where the mistakes are.
    function _within(uint256 seed, string memory what, uint256 least, uint256 most) private pure returns (uint256) {
        uint256 value = _pick(seed, what);
        if (value % 4 == 0) return least;
        if (value % 4 == 1) return most;
        return least + (value >> 2) % (most - least + 1);
    }

    function _not(uint256 seed, uint256 value, uint256 most) private pure returns (uint256 other) {
        other = _within(seed, "not", value - 1, value + 1);
        if (other == value) other = _pick(seed, "not") % most;
        if (other == value) ++other;
    }
}
