// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Funding} from "../Escrow/Funding.sol";
import {KeyWallet, Refusing} from "../mocks/Accounts.sol";
import {GasMeter, Reentering} from "../mocks/Recipients.sol";
import {CallbackToken} from "../mocks/Tokens.sol";

/// @title What was done to others, done to the escrow
/// @dev Each attack is carried out as far as it goes: with whatever the attacker could have, it gains nothing and what the
/// victim agreed to still happens. The attacker is `stranger`, or a party of the escrow where the test says so.
contract EscrowAttacks is Funding {
    /* FEES AND ODD UNITS */

    /// @dev Buyer and seller release in parts so small that the fee of each is less than a unit.
    function test_Attack_FeeRoundedToZeroByParts() public {
        IEscrow.Terms memory terms = _terms();
        terms.amount = 400;
        terms.feeAmount = 10;
        _fund(terms);
        for (uint96 upTo = 39; upTo < 400 + 39; upTo += 39) {
            vm.prank(buyer.addr);
            escrow.release(terms, upTo);
        }
        assertEq(token.balanceOf(feeRecipient), 10);
        assertEq(token.balanceOf(seller.addr), 390);
    }

    /// @dev The unit that no share of a split is entitled to would stay behind for ever.
    function test_Attack_OddUnitBurntInASplit() public {
        for (uint96 amount = 5; amount < 20; ++amount) {
            IEscrow.Terms memory terms = _terms();
            terms.amount = amount;
            terms.feeAmount = 1;
            terms.fallbackBps = 3333;
            for (uint256 end; end < 3; ++end) {
                vm.warp(NOW);
                terms.nonce = 3 * amount + end;
                _reach(terms, IEscrow.Status.Disputed);
                if (end == 0) _rule(terms, amount / 3);
                if (end == 1) _settle(terms, amount, amount / 3);
                vm.warp(NOW + RULING + 1);
                if (end == 2) escrow.timeout(terms);
                assertEq(token.balanceOf(address(escrow)), 0);
            }
        }
    }

    /* SUCCESS WITHOUT MONEY */

    /// @dev A call that moves nothing and succeeds would leave an event, or a closed escrow, to show.
    function test_Attack_ZeroAmountSuccess() public {
        IEscrow.Terms memory terms = _terms();
        terms.amount = 0;
        terms.feeAmount = 0;
        terms.feeRecipient = address(0);
        for (uint256 way; way < 4; ++way) {
            _expectRefusal(Way(way), terms, _invalid(IEscrow.Field.Amount));
        }

        terms = _terms();
        _fund(terms);
        bytes memory nothing = _nothing();
        bytes memory signature = _sign(buyer, escrow.releaseDigest(escrow.idOf(terms), 0, DELIVER_BY));
        _expectRefusal(buyer.addr, 0, abi.encodeCall(IEscrow.release, (terms, 0)), nothing);
        _expectRefusal(
            stranger.addr, 0, abi.encodeCall(IEscrow.releaseWithSignature, (terms, 0, DELIVER_BY, signature)), nothing
        );
        _expectRefusal(seller.addr, 0, abi.encodeCall(IEscrow.refund, (terms, 0)), nothing);
        _expectRefusal(seller.addr, 0, abi.encodeCall(IEscrow.withdraw, (address(token), seller.addr)), nothing);
        _expectRefusal(seller.addr, 0, abi.encodeCall(IEscrow.withdrawFor, (seller.addr, address(token))), nothing);
    }

    /// @dev What others have there would pay for it.
    function test_Attack_RefundOfAnEscrowNeverFunded() public {
        _fund(_exchange());
        token.mint(address(escrow), AMOUNT);
        // Signed by the operator, and never funded.
        IEscrow.Terms memory terms = _terms();
        terms.nonce = 8;
        vm.warp(type(uint40).max);
        bytes memory none = abi.encodeWithSelector(IEscrow.WrongStatus.selector, IEscrow.Status.None);
        _expectRefusal(seller.addr, 0, abi.encodeCall(IEscrow.refund, (terms, AMOUNT)), none);
        _expectRefusal(buyer.addr, 0, abi.encodeCall(IEscrow.release, (terms, AMOUNT)), none);
        _expectRefusal(buyer.addr, 0, abi.encodeCall(IEscrow.timeout, (terms)), none);
        _expectRefusal(buyer.addr, 0, abi.encodeCall(IEscrow.withdraw, (address(token), buyer.addr)), _nothing());
        assertEq(token.balanceOf(address(escrow)), 2 * AMOUNT);
    }

    /// @dev One value for several escrows in native coin.
    function test_Attack_MsgValueInALoop() public {
        _fund(_native(_exchange()));
        IEscrow.Opening[] memory openings = new IEscrow.Opening[](3);
        for (uint256 i; i < openings.length; ++i) {
            IEscrow.Terms memory terms = _native(_terms());
            terms.nonce = 20 + i;
            openings[i] = IEscrow.Opening(terms, _authorship(terms));
        }
        bytes memory call_ = abi.encodeCall(IEscrow.fundMany, (openings));
        _expectRefusal(buyer.addr, AMOUNT, call_, _wrongValue(AMOUNT, 3 * AMOUNT));
    }

    /* BLOCKED BY ONE PARTY */

    /// @dev The fee recipient's own misfortune, or its means to extort: in each way that pays, the seller is paid.
    function test_Attack_BlocklistedFeeRecipient() public {
        token.blacklist(feeRecipient);
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            vm.warp(NOW);
            _reach(cases[i]);
            Balances memory before = _balances(cases[i].terms);
            _payTheSeller(cases[i]);
            _assertOut(cases[i].terms, before, Out(AMOUNT - FEE, 0, 0, 0));
            assertEq(escrow.creditOf(feeRecipient, address(token)), (i + 1) * FEE);
        }
    }

    /// @dev Who loses a ruling has itself blocklisted, or is a contract that refuses, to keep the winner's money there.
    function test_Attack_LoserRefusesToBePaid() public {
        IEscrow.Terms memory terms = _native(_terms());
        terms.seller = address(new Refusing());
        _reach(terms, IEscrow.Status.Disputed);
        Balances memory before = _balances(terms);
        _rule(terms, 10_000_000);
        _assertOut(terms, before, Out(0, 250_000, 87_000_000, 3_000_000));
        assertEq(escrow.creditOf(terms.seller, address(0)), 9_750_000);
    }

    /// @dev Disputing costs nothing, and the arbiter says nothing: the buyer keeps the seller's money there.
    function test_Attack_DisputeWithASilentArbiter() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Disputed);
        Balances memory before = _balances(terms);
        vm.warp(NOW + RULING + 1);
        vm.prank(stranger.addr);
        escrow.timeout(terms);
        _assertOut(terms, before, Out(58_500_000, 1_500_000, 40_000_000, 0));
    }

    /// @dev A caller gives a payout so little gas that it fails, and the recipient, a contract that can only receive, has a
    /// credit it cannot withdraw.
    function test_Attack_GasStarvedPush() public {
        GasMeter meter = new GasMeter();
        IEscrow.Terms memory terms = _native(_terms());
        terms.buyer = address(meter);
        deal(address(meter), AMOUNT);
        bytes32 id = _fund(terms);
        vm.warp(DELIVER_BY + 1);
        bytes memory call_ = abi.encodeCall(IEscrow.timeout, (terms));
        bool returned;
        for (uint256 gas_ = 40_000; gas_ < 400_000 && !returned; gas_ += 250) {
            vm.prank(stranger.addr);
            (returned,) = address(escrow).call{gas: gas_}(call_);
            assertEq(escrow.creditOf(address(meter), address(0)), 0);
            assertEq(escrow.stateOf(id).remaining, returned ? 0 : AMOUNT);
        }
        assertTrue(returned);
        assertEq(address(meter).balance, AMOUNT);
    }

    /* SIGNATURES */

    /// @dev One key, two wallets that accept whatever it signed: what one of them agreed to is used against the other.
    function test_Attack_SignatureValidForTwoWallets() public {
        IEscrow.Terms[2] memory all = [_evaluated(), _evaluated()];
        for (uint256 i; i < all.length; ++i) {
            // The same work in every other respect.
            all[i].buyer = address(new KeyWallet(buyer.addr));
            all[i].seller = address(new KeyWallet(seller.addr));
            all[i].evaluator = address(new KeyWallet(evaluator.addr));
            all[i].nonce = 20 + i;
            token.mint(all[i].buyer, AMOUNT);
            vm.prank(all[i].buyer);
            token.approve(address(escrow), AMOUNT);
            _reach(all[i], IEscrow.Status.Submitted);
        }
        bytes32 id = escrow.idOf(all[0]);
        bytes memory release = _sign(buyer, escrow.releaseDigest(id, AMOUNT, DELIVER_BY));
        bytes memory verdict = _sign(evaluator, escrow.verdictDigest(id, DELIVERABLE, true, EVIDENCE));
        bytes32 agreed = escrow.settlementDigest(id, AMOUNT, 0, DELIVER_BY);
        (bytes memory buyers, bytes memory sellers) = (_sign(buyer, agreed), _sign(seller, agreed));

        _expectWrongSigner();
        escrow.releaseWithSignature(all[1], AMOUNT, DELIVER_BY, release);
        _expectWrongSigner();
        escrow.attest(all[1], DELIVERABLE, true, EVIDENCE, verdict);
        _expectWrongSigner();
        escrow.settle(all[1], AMOUNT, 0, DELIVER_BY, buyers, sellers);
        assertEq(escrow.stateOf(escrow.idOf(all[1])).remaining, AMOUNT);

        escrow.releaseWithSignature(all[0], AMOUNT, DELIVER_BY, release);
        assertEq(token.balanceOf(all[0].seller), AMOUNT - FEE);
    }

    /// @dev A key whose account has code that accepts nothing, no signature and no coin: neither its word nor its money is
    /// stuck.
    function test_Attack_Eip7702() public {
        IEscrow.Terms memory terms = _native(_terms());
        bytes32 id = _fund(terms);
        vm.signAndAttachDelegation(address(new Refusing()), buyer.privateKey);
        bytes memory signature = _sign(buyer, escrow.releaseDigest(id, 40_000_000, DELIVER_BY));
        vm.prank(stranger.addr);
        escrow.releaseWithSignature(terms, 40_000_000, DELIVER_BY, signature);
        assertGt(buyer.addr.code.length, 0);
        assertEq(seller.addr.balance, 39_000_000);

        vm.warp(DELIVER_BY + 1);
        escrow.timeout(terms);
        assertEq(escrow.creditOf(buyer.addr, address(0)), 60_000_000);
        address payable to = payable(makeAddr("elsewhere"));
        vm.prank(buyer.addr);
        escrow.withdraw(address(0), to);
        assertEq(to.balance, 60_000_000);
    }

    /// @dev A release, signed once for a part, is sent until nothing is left.
    function test_Attack_ReleaseSignatureReplayed() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes memory signature = _sign(buyer, escrow.releaseDigest(id, 40_000_000, DELIVER_BY));
        escrow.releaseWithSignature(terms, 40_000_000, DELIVER_BY, signature);
        // Also after the remainder has changed.
        vm.prank(seller.addr);
        escrow.refund(terms, 1);
        vm.expectRevert(IEscrow.NothingToPay.selector);
        vm.prank(seller.addr);
        escrow.releaseWithSignature(terms, 40_000_000, DELIVER_BY, signature);
    }

    /// @dev A settlement of the whole is used after a part of it was released, to get that part twice.
    function test_Attack_StaleSettlement() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 digest = escrow.settlementDigest(_fund(terms), AMOUNT, 60_000_000, DELIVER_BY);
        vm.prank(buyer.addr);
        escrow.release(terms, 60_000_000);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.RemainderChanged.selector, AMOUNT, 40_000_000));
        vm.prank(seller.addr);
        escrow.settle(terms, AMOUNT, 60_000_000, DELIVER_BY, _sign(buyer, digest), "");
    }

    /// @dev The evaluator passed the deliverable it was shown; the seller submits another.
    function test_Attack_VerdictReplayedForAnotherDeliverable() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _fund(terms);
        bytes memory verdict = _sign(evaluator, escrow.verdictDigest(id, DELIVERABLE, true, EVIDENCE));
        bytes32 worse = keccak256("worse");
        vm.prank(seller.addr);
        escrow.submit(terms, worse);

        vm.expectRevert(abi.encodeWithSelector(IEscrow.WrongDeliverable.selector, DELIVERABLE, worse));
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, verdict);
        _expectWrongSigner();
        escrow.attest(terms, worse, true, EVIDENCE, verdict);
        // Nor can the seller submit again what was passed.
        _expectWrongStatus(IEscrow.Status.Submitted);
        _submit(terms);
    }

    /// @dev An evaluator takes its pass back, to keep the seller, who has shown it the key, from being paid.
    function test_Attack_SecondVerdictAfterAPass() public {
        IEscrow.Terms memory terms = _verifiedExchange();
        bytes32 id = _fund(terms);
        _attest(terms, true);
        vm.expectRevert(IEscrow.AlreadyPassed.selector);
        _attest(terms, false);
        bytes memory failure = _sign(evaluator, escrow.verdictDigest(id, DELIVERABLE, false, EVIDENCE));
        vm.expectRevert(IEscrow.AlreadyPassed.selector);
        vm.prank(buyer.addr);
        escrow.attest(terms, DELIVERABLE, false, EVIDENCE, failure);
        escrow.reveal(terms, KEY);
        assertEq(token.balanceOf(seller.addr), AMOUNT - FEE);
    }

    /* IDENTITY */

    /// @dev Somebody opens an escrow that carries our reference under terms of its own, so that it looks settled or disputed.
    function test_Attack_ReferenceSquatting() public {
        IEscrow.Terms memory ours = _terms();
        IEscrow.Terms memory theirs = _terms();
        theirs.buyer = stranger.addr;
        theirs.amount = 10;
        theirs.feeAmount = 0;
        theirs.feeRecipient = address(0);
        token.mint(stranger.addr, 10);
        vm.prank(stranger.addr);
        token.approve(address(escrow), 10);
        // Under our operator's name it needs our operator's signature.
        for (uint256 way; way < 4; ++way) {
            _expectRefusal(Way(way), theirs, _sign(stranger, escrow.idOf(theirs)), _wrongSigner(stranger.addr));
        }
        // Under its own name, it is another escrow by another operator, and uses nothing of ours up.
        theirs.operator = stranger.addr;
        bytes memory signature = _sign(stranger, escrow.idOf(theirs));
        vm.prank(stranger.addr);
        escrow.fund(theirs, signature);
        assertEq(escrow.stateOf(escrow.idOf(ours)).remaining, 0);
        assertFalse(escrow.isUsed(operator.addr, ours.nonce));
        _assertState(_fund(ours), AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    /// @dev A closed escrow is opened again with the signatures of its first life, by whatever way it closed.
    function test_Attack_ClosedEscrowOpenedAgain() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            vm.warp(NOW);
            IEscrow.Terms memory terms = cases[i].terms;
            bytes32 id = _reach(cases[i]);
            _payTheSeller(cases[i]);
            vm.warp(NOW);
            token.mint(buyer.addr, AMOUNT);
            for (uint256 way; way < 4; ++way) {
                _expectRefusal(Way(way), terms, _nonceUsed(terms));
            }
            _expectWrongStatus(IEscrow.Status.Closed);
            _submit(terms);
            _assertState(id, 0, AMOUNT, _timerOf(cases[i].status), IEscrow.Status.Closed);
        }
    }

    /// @dev A buyer's authorization, seen in the mempool, is taken for terms of the attacker's, or straight from the token.
    function test_Attack_AuthorizationFrontRun() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory authorization = _sign(buyer, _authorizationDigest(terms));
        IEscrow.Terms memory theirs = _terms();
        theirs.operator = stranger.addr;
        theirs.seller = stranger.addr;
        bytes memory signature = _sign(stranger, escrow.idOf(theirs));
        vm.expectRevert(TestToken.InvalidSignature.selector);
        vm.prank(stranger.addr);
        escrow.fundWithAuthorization(theirs, signature, authorization);

        bytes32 id = escrow.idOf(terms);
        vm.expectRevert(abi.encodeWithSelector(TestToken.CallerMustBePayee.selector, stranger.addr, address(escrow)));
        vm.prank(stranger.addr);
        token.receiveWithAuthorization(buyer.addr, address(escrow), AMOUNT, 0, terms.fundBy + 1, id, authorization);

        // Sent by the attacker in the buyer's place, it is what the buyer wanted.
        vm.prank(stranger.addr);
        escrow.fundWithAuthorization(terms, _authorship(terms), authorization);
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    /* SEALED DELIVERABLES */

    /// @dev The seller neither shows the key nor anything else, and waits for the silence that pays in a review.
    function test_Attack_KeyNeverRevealedYetPaidBySilence() public {
        Case[] memory cases = _openCases();
        for (uint256 i = 6; i < cases.length; ++i) {
            vm.warp(NOW);
            IEscrow.Terms memory terms = cases[i].terms;
            _reach(cases[i]);
            vm.expectRevert(IEscrow.Sealed.selector);
            _submit(terms);
            vm.warp(DELIVER_BY + 1);
            Balances memory before = _balances(terms);
            vm.prank(seller.addr);
            escrow.timeout(terms);
            _assertOut(terms, before, Out(0, 0, AMOUNT, 0));
        }
    }

    /// @dev The key is in the mempool. Whatever anybody but the seller does before it until deliverBy, the seller is paid.
    function test_Attack_RevealFrontRun() public {
        Case[] memory cases = _openCases();
        for (uint256 i = 6; i < cases.length; i += 2) {
            IEscrow.Terms memory terms = cases[i].terms;
            _reach(cases[i]);
            bytes[] memory calls = _frontRuns(terms);
            address[] memory all = _everybody();
            uint256 untouched = vm.snapshotState();
            for (uint256 j; j < calls.length; ++j) {
                for (uint256 k; k < all.length; ++k) {
                    if (all[k] == seller.addr) continue;
                    vm.warp(DELIVER_BY);
                    vm.prank(all[k]);
                    (bool success,) = address(escrow).call(calls[j]);
                    success; // either way
                    vm.prank(seller.addr);
                    (success,) = address(escrow).call(abi.encodeCall(IEscrow.reveal, (terms, KEY)));
                    assertEq(token.balanceOf(seller.addr), AMOUNT - FEE);
                    vm.revertToState(untouched);
                }
            }
        }
    }

    /// @dev The attacker copies a seller's commitment into an escrow of its own with the same buyer, and is paid with the key
    /// that the seller publishes.
    function test_Attack_CommitmentOfAnotherSeller() public {
        IEscrow.Terms memory theirs = _exchange();
        theirs.seller = stranger.addr;
        theirs.nonce = 8;
        _fund(theirs);
        IEscrow.Terms memory terms = _exchange();
        _fund(terms);
        vm.prank(seller.addr);
        escrow.reveal(terms, KEY);
        vm.expectRevert(IEscrow.WrongKey.selector);
        vm.prank(stranger.addr);
        escrow.reveal(theirs, KEY);
    }

    /* RULINGS */

    /// @dev The arbiter's ruling is in the mempool, and the losing seller refunds a unit so that its numbers no longer fit.
    function test_Attack_SellersPartialRefundSpoilsARuling() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Disputed);
        Balances memory before = _balances(terms);
        vm.prank(seller.addr);
        escrow.refund(terms, 1);
        _rule(terms, 10_000_000);
        // 3 % of 99,999,999 is 2,999,999.97.
        _assertOut(terms, before, Out(9_750_000, 250_000, 87_000_001, 2_999_999));
    }

    /// @dev The losing buyer releases a unit, so that the ruling no longer fits or pays the seller less in all.
    function test_Attack_BuyersPartialReleaseSpoilsARuling() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Disputed);
        Balances memory before = _balances(terms);
        vm.prank(buyer.addr);
        escrow.release(terms, 1);
        _rule(terms, 60_000_000);
        _assertOut(terms, before, Out(58_500_000, 1_500_000, 37_000_001, 2_999_999));
    }

    /* REENTRANCY */

    /// @dev One movement of money, counted for two escrows: while a refund of one arrives, its buyer funds the next.
    function test_Attack_ReentrantDoubleCount() public {
        CallbackToken odd = new CallbackToken();
        Reentering party = new Reentering();
        odd.mint(address(party), AMOUNT);
        vm.prank(address(party));
        odd.approve(address(escrow), type(uint256).max);
        IEscrow.Terms memory terms = _terms();
        terms.token = address(odd);
        terms.buyer = address(party);
        _fund(terms);
        IEscrow.Terms memory next = abi.decode(abi.encode(terms), (IEscrow.Terms));
        next.nonce = 8;
        party.arm(address(escrow), abi.encodeCall(IEscrow.fund, (next, _authorship(next))));

        vm.prank(seller.addr);
        escrow.refund(terms, AMOUNT);
        assertEq(party.calls(), 1);
        assertEq(party.result(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        assertEq(odd.balanceOf(address(party)), AMOUNT);
        _assertNone(next);
    }

    /* SHORTHAND */

    function _rule(IEscrow.Terms memory terms, uint96 toSeller) private {
        vm.prank(arbiter.addr);
        escrow.resolve(terms, toSeller, 0);
    }

    function _settle(IEscrow.Terms memory terms, uint96 remaining, uint96 toSeller) private {
        bytes32 digest = escrow.settlementDigest(escrow.idOf(terms), remaining, toSeller, DELIVER_BY);
        escrow.settle(terms, remaining, toSeller, DELIVER_BY, _sign(buyer, digest), _sign(seller, digest));
    }

    function _nothing() private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEscrow.NothingToPay.selector);
    }

    /// @dev Pays all to the seller in the way that is the state's own.
    function _payTheSeller(Case memory open) private {
        if (open.terms.keyHash != 0 && (open.passed || open.terms.evaluator == address(0))) {
            escrow.reveal(open.terms, KEY);
        } else if (open.status == IEscrow.Status.Funded) {
            vm.prank(buyer.addr);
            escrow.release(open.terms, AMOUNT);
        } else if (open.terms.evaluator != address(0)) {
            _attest(open.terms, true);
        } else if (open.status == IEscrow.Status.Submitted) {
            vm.warp(NOW + REVIEW + 1);
            escrow.timeout(open.terms);
        } else {
            bytes32 digest = escrow.settlementDigest(escrow.idOf(open.terms), AMOUNT, AMOUNT, DELIVER_BY);
            escrow.settle(open.terms, AMOUNT, AMOUNT, DELIVER_BY, _sign(buyer, digest), _sign(seller, digest));
        }
    }

    /// @dev Each verb that could come before a reveal, with what anybody but the seller could give it.
    function _frontRuns(IEscrow.Terms memory terms) private view returns (bytes[] memory calls) {
        bytes32 digest = escrow.settlementDigest(escrow.idOf(terms), AMOUNT, 0, DELIVER_BY);
        calls = new bytes[](14);
        calls[0] = abi.encodeCall(IEscrow.submit, (terms, DELIVERABLE));
        calls[1] = abi.encodeCall(IEscrow.attest, (terms, DELIVERABLE, false, EVIDENCE, ""));
        calls[2] = abi.encodeCall(IEscrow.attest, (terms, DELIVERABLE, true, EVIDENCE, ""));
        calls[3] = abi.encodeCall(IEscrow.reveal, (terms, KEY));
        calls[4] = abi.encodeCall(IEscrow.reveal, (terms, bytes32(0)));
        calls[5] = abi.encodeCall(IEscrow.release, (terms, 1));
        calls[6] = abi.encodeCall(IEscrow.release, (terms, AMOUNT));
        calls[7] = abi.encodeCall(IEscrow.refund, (terms, AMOUNT));
        calls[8] = abi.encodeCall(IEscrow.dispute, (terms, 0));
        calls[9] = abi.encodeCall(IEscrow.resolve, (terms, 0, 0));
        calls[10] = abi.encodeCall(IEscrow.settle, (terms, AMOUNT, 0, DELIVER_BY, _sign(buyer, digest), ""));
        calls[11] = abi.encodeCall(IEscrow.timeout, (terms));
        calls[12] = abi.encodeCall(IOperators.cancel, (0, type(uint256).max));
        calls[13] = abi.encodeCall(IEscrow.push, (terms.token, stranger.addr, AMOUNT));
    }
}
