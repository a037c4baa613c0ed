// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {AnyTerms} from "./AnyTerms.sol";

/// @dev The rule of each field, at both sides of each bound.
contract EscrowTermsTest is AnyTerms {
    /* ANY */

    function testFuzz_AnyValidTermsAreFunded(uint256 seed) public {
        IEscrow.Terms memory terms = _anyTerms(seed);
        (bool success, bytes memory result) = _try(_anyWay(seed, terms), terms);
        assertEq(result, "");
        assertTrue(success);
        _assertFunded(terms);
        assertEq(_balance(terms.token, address(escrow)), terms.amount);
    }

    function testFuzz_RevertWhen_AnyOneFieldIsBroken(uint256 seed) public {
        IEscrow.Terms memory terms = _anyTerms(seed);
        IEscrow.Field field = _anyField(seed);
        Way way = _anyWay(seed, terms);
        _break(seed, terms, field);
        (bool success, bytes memory result) = _try(way, terms);
        assertEq(result, _invalid(field));
        assertFalse(success);
        _assertState(_idOf(terms), 0, 0, 0, IEscrow.Status.None);
    }

    /* WHO */

    function test_C1_TheChainIsThisOne() public {
        IEscrow.Terms memory terms = _terms();
        uint64[4] memory others = [terms.chainId - 1, terms.chainId + 1, 0, type(uint64).max];
        _expectFunded(terms);
        for (uint256 i; i < others.length; ++i) {
            terms.chainId = others[i];
            _expectRefused(terms, IEscrow.Field.ChainId);
        }
    }

    function test_C8_TheOperatorIsNotZero() public {
        IEscrow.Terms memory terms = _terms();
        terms.operator = address(0);
        _expectRefused(terms, IEscrow.Field.Operator);
    }

    function test_C8_TheBuyerIsAnOutsider() public {
        address[3] memory forbidden = [address(0), address(escrow), address(token)];
        for (uint256 i; i < forbidden.length; ++i) {
            IEscrow.Terms memory terms = _terms();
            terms.buyer = forbidden[i];
            _expectRefused(terms, IEscrow.Field.Buyer);
        }
    }

    function test_C8_TheSellerIsAnOutsiderAndNotTheBuyer() public {
        address[4] memory forbidden = [address(0), address(escrow), address(token), buyer.addr];
        for (uint256 i; i < forbidden.length; ++i) {
            IEscrow.Terms memory terms = _terms();
            terms.seller = forbidden[i];
            _expectRefused(terms, IEscrow.Field.Seller);
        }
    }

    function test_C8_TheArbiterIsAnOutsiderAndNoParty() public {
        address[4] memory forbidden = [address(escrow), address(token), buyer.addr, seller.addr];
        for (uint256 i; i < forbidden.length; ++i) {
            IEscrow.Terms memory terms = _evaluated();
            terms.arbiter = forbidden[i];
            _expectRefused(terms, IEscrow.Field.Arbiter);
        }
    }

    function test_ASealedDeliverableHasNoArbiter() public {
        IEscrow.Terms memory terms = _exchange();
        terms.arbiter = arbiter.addr;
        _expectRefused(terms, IEscrow.Field.Arbiter);
        terms.evaluator = evaluator.addr;
        _expectRefused(terms, IEscrow.Field.Arbiter);
    }

    function test_C8_TheEvaluatorIsAnOutsiderAndNoParty() public {
        address[4] memory forbidden = [address(escrow), address(token), buyer.addr, seller.addr];
        for (uint256 i; i < forbidden.length; ++i) {
            IEscrow.Terms memory terms = i % 2 == 0 ? _evaluated() : _verifiedExchange();
            terms.evaluator = forbidden[i];
            _expectRefused(terms, IEscrow.Field.Evaluator);
        }
    }

    function test_OneAccountMayBeArbiterEvaluatorFeeRecipientAndOperator() public {
        IEscrow.Terms memory terms = _terms();
        terms.arbiter = terms.evaluator = terms.feeRecipient = terms.operator;
        _expectFunded(terms);
    }

    function test_TheTokenIsNotTheEscrow() public {
        IEscrow.Terms memory terms = _terms();
        terms.token = address(escrow);
        _expectRefused(terms, IEscrow.Field.Token);
    }

    /* NATIVE COIN: the zero address is no token that a role could be */

    function test_InNativeCoinAnAbsentRoleIsNotTheToken() public {
        IEscrow.Terms memory terms = _native(_unarbitrated());
        (terms.feeRecipient, terms.feeAmount) = (address(0), 0);
        _expectFunded(terms);
        terms = _native(_exchange());
        (terms.feeRecipient, terms.feeAmount) = (address(0), 0);
        _expectFunded(terms);
    }

    function test_InNativeCoinBuyerAndSellerAreNotZero() public {
        IEscrow.Terms memory terms = _native(_terms());
        terms.buyer = address(0);
        _expectRefused(terms, IEscrow.Field.Buyer);
        terms = _native(_terms());
        terms.seller = address(0);
        _expectRefused(terms, IEscrow.Field.Seller);
    }

    /* HOW MUCH */

    function test_A1_TheAmountIsNotZero() public {
        IEscrow.Terms memory terms = _terms();
        (terms.feeRecipient, terms.feeAmount) = (address(0), 0);
        terms.amount = 1;
        _expectFunded(terms);
        terms.amount = 0;
        _expectRefused(terms, IEscrow.Field.Amount);
    }

    function test_AFeeHasARecipientAndARecipientAFee() public {
        IEscrow.Terms memory terms = _terms();
        terms.feeAmount = 0;
        _expectRefused(terms, IEscrow.Field.FeeRecipient);
        terms.feeRecipient = address(0);
        _expectFunded(terms);
        terms.feeAmount = 1;
        _expectRefused(terms, IEscrow.Field.FeeRecipient);
    }

    function test_C8_TheFeeRecipientIsAnOutsiderAndNoParty() public {
        address[4] memory forbidden = [address(escrow), address(token), buyer.addr, seller.addr];
        for (uint256 i; i < forbidden.length; ++i) {
            IEscrow.Terms memory terms = _terms();
            terms.feeRecipient = forbidden[i];
            _expectRefused(terms, IEscrow.Field.FeeRecipient);
        }
    }

    function test_A13_TheFeeIsAtMostAFifthOfTheAmount() public {
        // Amount, and the greatest fee of it.
        uint96[2][5] memory cases = [
            [AMOUNT, AMOUNT / 5],
            [uint96(5), 1],
            [uint96(9), 1],
            [uint96(10), 2],
            [type(uint96).max, type(uint96).max / 5]
        ];
        IEscrow.Terms memory terms = _terms();
        for (uint256 i; i < cases.length; ++i) {
            (terms.amount, terms.feeAmount) = (cases[i][0], cases[i][1]);
            _expectFunded(terms);
            terms.feeAmount += 1;
            _expectRefused(terms, IEscrow.Field.FeeAmount);
        }
        (terms.amount, terms.feeAmount) = (type(uint96).max, type(uint96).max);
        _expectRefused(terms, IEscrow.Field.FeeAmount);
    }

    function test_A13_RevertWhen_TheCapRoundsToZero() public {
        IEscrow.Terms memory terms = _terms();
        (terms.amount, terms.feeAmount) = (4, 1);
        _expectRefused(terms, IEscrow.Field.FeeAmount);
    }

    function test_TheArbitersFeeIsAtMostATenth() public {
        IEscrow.Terms memory terms = _terms();
        terms.arbiterFeeBps = 0;
        _expectFunded(terms);
        terms.arbiterFeeBps = 1000;
        _expectFunded(terms);
        terms.arbiterFeeBps = 1001;
        _expectRefused(terms, IEscrow.Field.ArbiterFeeBps);
        terms.arbiterFeeBps = type(uint16).max;
        _expectRefused(terms, IEscrow.Field.ArbiterFeeBps);
    }

    function test_WithoutAnArbiterThereIsNoFeeOfIts() public {
        IEscrow.Terms[3] memory all = [_unarbitrated(), _exchange(), _verifiedExchange()];
        for (uint256 i; i < all.length; ++i) {
            _expectFunded(all[i]);
            all[i].arbiterFeeBps = 1;
            _expectRefused(all[i], IEscrow.Field.ArbiterFeeBps);
        }
    }

    function test_WithAnArbiterTheFallbackIsAnyShare() public {
        uint16[4] memory shares = [uint16(0), 1, 9999, 10_000];
        IEscrow.Terms memory terms = _terms();
        for (uint256 i; i < shares.length; ++i) {
            terms.fallbackBps = shares[i];
            _expectFunded(terms);
        }
        terms.fallbackBps = 10_001;
        _expectRefused(terms, IEscrow.Field.FallbackBps);
        terms.fallbackBps = type(uint16).max;
        _expectRefused(terms, IEscrow.Field.FallbackBps);
    }

    function test_WithoutAnArbiterTheFallbackLeavesBothSomething() public {
        IEscrow.Terms memory terms = _unarbitrated();
        // An evaluator is no arbiter: it may stay silent.
        for (uint256 i; i < 2; ++i) {
            terms.fallbackBps = 1;
            _expectFunded(terms);
            terms.fallbackBps = 9999;
            _expectFunded(terms);
            terms.fallbackBps = 0;
            _expectRefused(terms, IEscrow.Field.FallbackBps);
            terms.fallbackBps = 10_000;
            _expectRefused(terms, IEscrow.Field.FallbackBps);
            terms.evaluator = evaluator.addr;
        }
    }

    function test_ASealedDeliverableHasNoFallback() public {
        IEscrow.Terms[2] memory all = [_exchange(), _verifiedExchange()];
        for (uint256 i; i < all.length; ++i) {
            all[i].fallbackBps = 1;
            _expectRefused(all[i], IEscrow.Field.FallbackBps);
            all[i].fallbackBps = 10_000;
            _expectRefused(all[i], IEscrow.Field.FallbackBps);
        }
    }

    /* WHEN */

    function test_A6_DeliveryIsAnHourToTwoYearsAfterFunding() public {
        IEscrow.Terms[5] memory all = _deliveries();
        // Counted from the second in which it is funded, not from now.
        for (uint40 time = NOW; time <= NOW + 1 days; time += 1 days) {
            vm.warp(time);
            for (uint256 i; i < all.length; ++i) {
                all[i].deliverBy = time + 1 hours;
                _expectFunded(all[i]);
                all[i].deliverBy = time + 730 days;
                _expectFunded(all[i]);
                all[i].deliverBy = time + 1 hours - 1;
                _expectRefused(all[i], IEscrow.Field.DeliverBy);
                all[i].deliverBy = time + 730 days + 1;
                _expectRefused(all[i], IEscrow.Field.DeliverBy);
            }
        }
    }

    function test_TheWindowsAreADayToAYear() public {
        IEscrow.Terms[3] memory all = [_terms(), _unarbitrated(), _evaluated()];
        for (uint256 i; i < all.length; ++i) {
            (all[i].reviewWindow, all[i].rulingWindow) = (24 hours, 365 days);
            _expectFunded(all[i]);
            (all[i].reviewWindow, all[i].rulingWindow) = (365 days, 24 hours);
            _expectFunded(all[i]);
            uint32[4] memory wrong = [uint32(0), 24 hours - 1, 365 days + 1, type(uint32).max];
            for (uint256 j; j < wrong.length; ++j) {
                (all[i].reviewWindow, all[i].rulingWindow) = (wrong[j], RULING);
                _expectRefused(all[i], IEscrow.Field.ReviewWindow);
                (all[i].reviewWindow, all[i].rulingWindow) = (REVIEW, wrong[j]);
                _expectRefused(all[i], IEscrow.Field.RulingWindow);
            }
        }
    }

    function test_ASealedDeliverableHasNoWindows() public {
        IEscrow.Terms[2] memory all = [_exchange(), _verifiedExchange()];
        for (uint256 i; i < all.length; ++i) {
            for (uint32 window = 1; window <= 24 hours; window += 24 hours - 1) {
                (all[i].reviewWindow, all[i].rulingWindow) = (window, 0);
                _expectRefused(all[i], IEscrow.Field.ReviewWindow);
                (all[i].reviewWindow, all[i].rulingWindow) = (0, window);
                _expectRefused(all[i], IEscrow.Field.RulingWindow);
            }
        }
    }

    /* WHAT */

    function test_InReviewNothingIsCommittedTo() public {
        IEscrow.Terms[3] memory all = [_terms(), _unarbitrated(), _evaluated()];
        for (uint256 i; i < all.length; ++i) {
            all[i].delivery = bytes32(uint256(1));
            _expectRefused(all[i], IEscrow.Field.Delivery);
        }
    }

    function test_ASealedDeliverableIsCommittedTo() public {
        IEscrow.Terms[2] memory all = [_exchange(), _verifiedExchange()];
        for (uint256 i; i < all.length; ++i) {
            all[i].delivery = bytes32(uint256(1));
            _expectFunded(all[i]);
            all[i].delivery = 0;
            _expectRefused(all[i], IEscrow.Field.Delivery);
        }
    }

    /* SHORTHAND */

    function _try(Way way, IEscrow.Terms memory terms) private returns (bool, bytes memory) {
        uint256 value = terms.token == address(0) ? terms.amount : 0;
        deal(_senderOf(way, terms), value);
        return _send(_senderOf(way, terms), value, _callOf(way, terms));
    }

    /// @dev Funds, and forgets it.
    function _expectFunded(IEscrow.Terms memory terms) private {
        uint256 snapshot = vm.snapshotState();
        if (terms.token == address(token)) token.mint(terms.buyer, terms.amount);
        _fund(terms);
        _assertFunded(terms);
        vm.revertToState(snapshot);
    }

    function _expectRefused(IEscrow.Terms memory terms, IEscrow.Field field) private {
        (bool success, bytes memory result) = _try(Way.Allowance, terms);
        assertEq(result, _invalid(field));
        assertFalse(success);
    }
}
