// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../interfaces/IEscrow.sol";

/// @title The rules for the terms of an escrow
/// @dev Checked once, when it is funded: everything later relies on them.
library EscrowTerms {
    uint256 internal constant BPS = 10_000;
    uint256 internal constant MAX_FEE_BPS = 2000;
    uint256 internal constant MAX_ARBITER_FEE_BPS = 1000;
    uint256 internal constant MIN_DELIVERY = 1 hours;
    uint256 internal constant MAX_DELIVERY = 730 days;
    uint256 internal constant MIN_WINDOW = 24 hours;
    uint256 internal constant MAX_WINDOW = 365 days;

    /// @dev Reverts with Expired or with the first field that breaks its rule.
    function check(IEscrow.Terms calldata terms) internal view {
        if (block.timestamp > terms.fundBy) revert IEscrow.Expired(terms.fundBy, block.timestamp);
        require(terms.chainId == block.chainid, IEscrow.InvalidTerms(IEscrow.Field.ChainId));
        require(terms.operator != address(0), IEscrow.InvalidTerms(IEscrow.Field.Operator));
        _checkParties(terms);
        _checkMoney(terms);
        require(
            terms.deliverBy >= block.timestamp + MIN_DELIVERY && terms.deliverBy <= block.timestamp + MAX_DELIVERY,
            IEscrow.InvalidTerms(IEscrow.Field.DeliverBy)
        );
        if (terms.keyHash == 0) _checkReview(terms);
        else _checkSealed(terms);
    }

    function _checkParties(IEscrow.Terms calldata terms) private view {
        require(terms.buyer != address(0) && _isOutsider(terms, terms.buyer), IEscrow.InvalidTerms(IEscrow.Field.Buyer));
        require(
            terms.seller != address(0) && terms.seller != terms.buyer && _isOutsider(terms, terms.seller),
            IEscrow.InvalidTerms(IEscrow.Field.Seller)
        );
        require(_isThird(terms, terms.arbiter), IEscrow.InvalidTerms(IEscrow.Field.Arbiter));
        require(_isThird(terms, terms.evaluator), IEscrow.InvalidTerms(IEscrow.Field.Evaluator));
        require(terms.token != address(this), IEscrow.InvalidTerms(IEscrow.Field.Token));
    }

    function _checkMoney(IEscrow.Terms calldata terms) private view {
        require(terms.amount != 0, IEscrow.InvalidTerms(IEscrow.Field.Amount));
        require(
            (terms.feeRecipient == address(0)) == (terms.feeAmount == 0) && _isThird(terms, terms.feeRecipient),
            IEscrow.InvalidTerms(IEscrow.Field.FeeRecipient)
        );
        require(
            uint256(terms.feeAmount) * BPS <= uint256(terms.amount) * MAX_FEE_BPS,
            IEscrow.InvalidTerms(IEscrow.Field.FeeAmount)
        );
    }

    /// @dev Delivered by submission: both windows, and something that ends a dispute which nobody decides.
    function _checkReview(IEscrow.Terms calldata terms) private pure {
        bool arbitrated = terms.arbiter != address(0);
        require(
            terms.arbiterFeeBps <= (arbitrated ? MAX_ARBITER_FEE_BPS : 0),
            IEscrow.InvalidTerms(IEscrow.Field.ArbiterFeeBps)
        );
        require(
            arbitrated ? terms.fallbackBps <= BPS : terms.fallbackBps > 0 && terms.fallbackBps < BPS,
            IEscrow.InvalidTerms(IEscrow.Field.FallbackBps)
        );
        require(_isWindow(terms.reviewWindow), IEscrow.InvalidTerms(IEscrow.Field.ReviewWindow));
        require(_isWindow(terms.rulingWindow), IEscrow.InvalidTerms(IEscrow.Field.RulingWindow));
        require(terms.delivery == 0, IEscrow.InvalidTerms(IEscrow.Field.Delivery));
    }

    /// @dev Delivered by revealing a key: there is nothing to review and nothing to dispute.
    function _checkSealed(IEscrow.Terms calldata terms) private pure {
        require(terms.arbiter == address(0), IEscrow.InvalidTerms(IEscrow.Field.Arbiter));
        require(terms.arbiterFeeBps == 0, IEscrow.InvalidTerms(IEscrow.Field.ArbiterFeeBps));
        require(terms.fallbackBps == 0, IEscrow.InvalidTerms(IEscrow.Field.FallbackBps));
        require(terms.reviewWindow == 0, IEscrow.InvalidTerms(IEscrow.Field.ReviewWindow));
        require(terms.rulingWindow == 0, IEscrow.InvalidTerms(IEscrow.Field.RulingWindow));
        require(terms.delivery != 0, IEscrow.InvalidTerms(IEscrow.Field.Delivery));
    }

    function _isOutsider(IEscrow.Terms calldata terms, address account) private view returns (bool) {
        return account != address(this) && account != terms.token;
    }

    /// @dev Nobody, or an outsider that is not a party.
    function _isThird(IEscrow.Terms calldata terms, address account) private view returns (bool) {
        return
            account == address(0) || (account != terms.buyer && account != terms.seller && _isOutsider(terms, account));
    }

    function _isWindow(uint256 window) private pure returns (bool) {
        return window >= MIN_WINDOW && window <= MAX_WINDOW;
    }
}
