// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Vm} from "forge-std/Vm.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Refusing} from "../mocks/Accounts.sol";
import {AcceptingMuch, GasBurner, GasMeter, Reentering, RevertBomb} from "../mocks/Recipients.sol";
import {AuthorizedToken, FalseToken, MovingFalseToken, PausableToken, ReturnBombToken} from "../mocks/Tokens.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowPushTest is EscrowTest {
    /* SENDER */

    function test_RevertWhen_TheSenderIsNotTheEscrow() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            vm.expectRevert(IEscrow.OnlySelf.selector);
            vm.prank(all[i]);
            escrow.push(address(token), all[i], AMOUNT);
        }
    }

    function test_RevertWhen_ARecipientPushesFromWithinItsPush() public {
        Reentering seller_ = new Reentering();
        IEscrow.Terms memory terms = _native(_terms());
        terms.seller = address(seller_);
        _fund(terms);
        seller_.arm(address(escrow), abi.encodeCall(IEscrow.push, (address(0), address(seller_), FEE)));
        _releaseAll(terms);
        assertEq(seller_.result(), abi.encodeWithSelector(IEscrow.OnlySelf.selector));
        assertEq(address(seller_).balance, AMOUNT - FEE);
    }

    /* RECIPIENTS THAT REFUSE */

    function test_C4_CreditsABlocklistedSeller() public {
        IEscrow.Terms memory terms = _ruled();
        token.blacklist(seller.addr);
        Balances memory before = _watch(terms);
        _rule(terms);
        _assertRuling(terms, seller.addr, 58_500_000);
        _assertOut(terms, before, Out(0, 1_500_000, 37_000_000, 3_000_000));
    }

    function test_C4_CreditsABlocklistedBuyer() public {
        IEscrow.Terms memory terms = _ruled();
        token.blacklist(buyer.addr);
        Balances memory before = _watch(terms);
        _rule(terms);
        _assertRuling(terms, buyer.addr, 37_000_000);
        _assertOut(terms, before, Out(58_500_000, 1_500_000, 0, 3_000_000));
    }

    function test_C4_CreditsABlocklistedFeeRecipient() public {
        IEscrow.Terms memory terms = _ruled();
        token.blacklist(feeRecipient);
        Balances memory before = _watch(terms);
        _rule(terms);
        _assertRuling(terms, feeRecipient, 1_500_000);
        _assertOut(terms, before, Out(58_500_000, 0, 37_000_000, 3_000_000));
    }

    function test_C4_CreditsABlocklistedArbiter() public {
        IEscrow.Terms memory terms = _ruled();
        token.blacklist(arbiter.addr);
        Balances memory before = _watch(terms);
        _rule(terms);
        _assertRuling(terms, arbiter.addr, 3_000_000);
        _assertOut(terms, before, Out(58_500_000, 1_500_000, 37_000_000, 0));
    }

    function test_C4_CreditsAllOfThem() public {
        IEscrow.Terms memory terms = _ruled();
        address[4] memory all = [seller.addr, feeRecipient, buyer.addr, arbiter.addr];
        for (uint256 i; i < all.length; ++i) {
            token.blacklist(all[i]);
        }
        Balances memory before = _balances(terms);
        _rule(terms);
        _assertOut(terms, before, Out(0, 0, 0, 0));
        _assertState(escrow.idOf(terms), 0, 60_000_000, NOW + RULING, IEscrow.Status.Closed);
        uint256[4] memory credits = [uint256(58_500_000), 1_500_000, 37_000_000, 3_000_000];
        for (uint256 i; i < all.length; ++i) {
            assertEq(escrow.creditOf(all[i], address(token)), credits[i]);
        }
    }

    function testFuzz_C4_ARefusalChangesNobodyElsesPayout(uint8 refusing, uint96 toSeller) public {
        IEscrow.Terms memory terms = _ruled();
        address[4] memory all = [seller.addr, feeRecipient, buyer.addr, arbiter.addr];
        // The same ruling, with all accepting and with some refusing.
        uint256 snapshot = vm.snapshotState();
        uint256[4] memory expected = _gainsOf(all, terms, toSeller);
        vm.revertToStateAndDelete(snapshot);

        for (uint256 i; i < all.length; ++i) {
            if (refusing & (1 << i) != 0) token.blacklist(all[i]);
        }
        uint256[4] memory gains = _gainsOf(all, terms, toSeller);
        for (uint256 i; i < all.length; ++i) {
            bool refuses = refusing & (1 << i) != 0;
            assertEq(gains[i], refuses ? 0 : expected[i]);
            assertEq(escrow.creditOf(all[i], address(token)), refuses ? expected[i] : 0);
        }
    }

    function test_C9_CreditsARecipientThatRefusesNativeCoin() public {
        _assertCredited(address(new Refusing()));
        _assertCredited(address(new RevertBomb()));
    }

    function test_C9_CreditsARecipientThatBurnsItsGas() public {
        _assertCredited(address(new GasBurner()));
    }

    /* RECIPIENTS THAT ACCEPT */

    function test_C9_PaysARecipientThatReturnsMuch() public {
        AcceptingMuch recipient = new AcceptingMuch();
        IEscrow.Terms memory terms = _native(_terms());
        terms.seller = address(recipient);
        _fund(terms);
        Balances memory before = _watch(terms);
        // Copying its 256 kilobytes would cost as much again as making them, which a push has not.
        _releaseAll(terms);
        _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
        assertEq(escrow.creditOf(address(recipient), address(0)), 0);
    }

    /* TOKENS THAT FAIL */

    function test_C4_CreditsAllWhenTheTokenIsPaused() public {
        IEscrow.Terms memory terms = _oddTerms();
        PausableToken odd = PausableToken(terms.token);
        vm.etch(address(odd), address(new PausableToken()).code);
        odd.pause(true);
        _assertAllCredited(terms);

        vm.expectRevert(PausableToken.Paused.selector);
        escrow.withdrawFor(seller.addr, address(odd));
        odd.pause(false);
        _assertAllWithdraw(terms);
    }

    function test_C3_CreditsWhenTheTokenReturnsFalse() public {
        _assertCreditedByOdd(address(new FalseToken()).code);
    }

    function test_C3_NobodyIsPaidTwiceByATokenThatMovesAndReturnsFalse() public {
        _assertCreditedByOdd(address(new MovingFalseToken()).code);
    }

    function test_C3_CreditsWhenTheTokenReturnsAMegabyte() public {
        _assertCreditedByOdd(address(new ReturnBombToken()).code);
    }

    function test_C3_CreditsWhenTheTokenBurnsItsGas() public {
        bytes memory normal = address(new AuthorizedToken()).code;
        IEscrow.Terms memory terms = _oddTerms();
        vm.etch(terms.token, address(new GasBurner()).code);
        _releaseAll(terms);
        vm.etch(terms.token, normal);
        assertEq(_balance(terms.token, address(escrow)), AMOUNT);
        _assertAllWithdraw(terms);

        terms.nonce += 1;
        AuthorizedToken(terms.token).mint(buyer.addr, AMOUNT);
        _fund(terms);
        Balances memory before = _balances(terms);
        vm.etch(terms.token, address(new RevertBomb()).code);
        _releaseAll(terms);
        vm.etch(terms.token, normal);
        _assertOut(terms, before, Out(0, 0, 0, 0));
        _assertAllWithdraw(terms);
    }

    function test_C3_CreditsWhenTheTokenHasLostItsCode() public {
        IEscrow.Terms memory terms = _oddTerms();
        bytes memory normal = terms.token.code;
        vm.etch(terms.token, "");
        _releaseAll(terms);
        vm.etch(terms.token, normal);
        assertEq(_balance(terms.token, address(escrow)), AMOUNT);
        _assertAllWithdraw(terms);
    }

    /* GAS */

    function test_RevertWhen_TooLittleGasIsLeftForThePush() public {
        (IEscrow.Terms memory terms,) = _metered();
        uint256 enough = _leastGas(terms);
        (bool success, bytes memory answer) = _releaseWithGas(terms, enough - 1);
        assertFalse(success);
        assertEq(bytes4(answer), IEscrow.InsufficientGas.selector);
        assertEq(uint8(escrow.stateOf(escrow.idOf(terms)).status), uint8(IEscrow.Status.Funded));
    }

    function test_APushHasItsGasAtTheVeryBoundary() public {
        (IEscrow.Terms memory terms, GasMeter meter) = _metered();
        uint256 enough = _leastGas(terms);
        uint256 snapshot = vm.snapshotState();
        _releaseWithGas(terms, 10_000_000);
        uint256 given = meter.given();
        vm.revertToStateAndDelete(snapshot);

        _releaseWithGas(terms, enough);
        assertEq(meter.given(), given);
        // PUSH_GAS less what the escrow itself needs to send (EIP-150 keeps 1/64).
        assertGt(given, (escrow.PUSH_GAS() - 15_000) * 63 / 64);
        assertLt(given, escrow.PUSH_GAS());
    }

    function testFuzz_NoGasMakesAPushFail(uint256 gas_) public {
        // A fee as well, so that the second of two pushes can be the starved one.
        IEscrow.Terms memory terms = _native(_terms());
        GasMeter meter = new GasMeter();
        terms.seller = address(meter);
        bytes32 id = _fund(terms);
        (bool success,) = _releaseWithGas(terms, bound(gas_, 30_000, 600_000));
        assertEq(address(meter).balance, success ? AMOUNT - FEE : 0);
        assertEq(feeRecipient.balance, success ? FEE : 0);
        assertEq(escrow.creditOf(address(meter), address(0)), 0);
        assertEq(escrow.creditOf(feeRecipient, address(0)), 0);
        assertEq(escrow.stateOf(id).remaining, success ? 0 : AMOUNT);
    }

    /* CREDITS */

    function test_CreditsOfSeveralEscrowsAddUp() public {
        token.blacklist(seller.addr);
        IEscrow.Terms memory terms = _terms();
        for (uint256 i; i < 3; ++i) {
            terms.nonce = i;
            _fund(terms);
            _releaseAll(terms);
            assertEq(escrow.creditOf(seller.addr, address(token)), (i + 1) * (AMOUNT - FEE));
        }
        assertEq(token.balanceOf(address(escrow)), 3 * (AMOUNT - FEE));
    }

    function test_CreditsOfTokensAreKeptApart() public {
        Refusing recipient = new Refusing();
        token.blacklist(address(recipient));
        IEscrow.Terms memory terms = _terms();
        terms.seller = address(recipient);
        _fund(terms);
        _releaseAll(terms);
        terms.token = address(0);
        terms.nonce += 1;
        terms.amount = 100;
        terms.feeAmount = 1;
        _fund(terms);
        _releaseAll(terms);
        assertEq(escrow.creditOf(address(recipient), address(token)), AMOUNT - FEE);
        assertEq(escrow.creditOf(address(recipient), address(0)), 99);
    }

    /* REENTRANCY */

    function test_RevertWhen_APayoutEntersAVerbThatMovesMoney() public {
        Reentering party = new Reentering();
        deal(address(party), 10 * AMOUNT);
        bytes[12] memory calls = _callsOf(address(party));
        for (uint256 i; i < calls.length; ++i) {
            IEscrow.Terms memory terms = _native(_terms());
            terms.nonce = 50 + i;
            terms.seller = address(party);
            _fund(terms);
            party.arm(address(escrow), calls[i]);
            Balances memory before = _balances(terms);
            _releaseAll(terms);
            assertFalse(party.success());
            assertEq(
                party.result(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
            );
            _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
        }
    }

    function test_APayoutMayEnterSubmit() public {
        Reentering party = new Reentering();
        IEscrow.Terms memory terms = _native(_terms());
        terms.seller = address(party);
        bytes32 id = _fund(terms);
        party.arm(address(escrow), abi.encodeCall(IEscrow.submit, (terms, DELIVERABLE)));
        Balances memory before = _balances(terms);
        vm.prank(buyer.addr);
        escrow.release(terms, 40_000_000);
        assertTrue(party.success());
        _assertOut(terms, before, Out(39_000_000, 1_000_000, 0, 0));
        _assertState(id, 60_000_000, 40_000_000, NOW + REVIEW, IEscrow.Status.Submitted);
    }

    function test_APayoutMayEnterDispute() public {
        Reentering party = new Reentering();
        deal(address(party), AMOUNT);
        IEscrow.Terms memory terms = _native(_terms());
        terms.buyer = address(party);
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        party.arm(address(escrow), abi.encodeCall(IEscrow.dispute, (terms, 0)));
        vm.prank(seller.addr);
        escrow.refund(terms, 40_000_000);
        assertTrue(party.success());
        assertEq(address(party).balance, 40_000_000);
        _assertState(id, 60_000_000, 0, NOW + RULING, IEscrow.Status.Disputed);
    }

    /* SHORTHAND */

    function _releaseAll(IEscrow.Terms memory terms) private {
        vm.prank(terms.buyer);
        escrow.release(terms, type(uint96).max);
    }

    /// @dev A dispute whose ruling, `_rule`, pays all four.
    function _ruled() private returns (IEscrow.Terms memory terms) {
        terms = _terms();
        _reach(terms, IEscrow.Status.Disputed);
    }

    function _rule(IEscrow.Terms memory terms) private {
        vm.prank(arbiter.addr);
        escrow.resolve(terms, 60_000_000, 0);
    }

    /// @dev The events of `_rule`, with one recipient credited.
    function _assertRuling(IEscrow.Terms memory terms, address credited, uint256 amount) private {
        Vm.Log[] memory logs = new Vm.Log[](4);
        logs[0] = _resolved(terms, 60_000_000, 3_000_000, 0);
        logs[1] = _paid(terms, 58_500_000, 1_500_000, 0, IEscrow.Cause.Ruling);
        logs[2] = _returned(terms, 37_000_000, 0, IEscrow.Cause.Ruling);
        logs[3] = _credited(terms, credited, amount);
        _assertLogs(logs);
        _assertState(escrow.idOf(terms), 0, 60_000_000, NOW + RULING, IEscrow.Status.Closed);
        assertEq(escrow.creditOf(credited, address(token)), amount);
    }

    function _gainsOf(address[4] memory all, IEscrow.Terms memory terms, uint96 toSeller)
        private
        returns (uint256[4] memory gains)
    {
        for (uint256 i; i < all.length; ++i) {
            gains[i] = token.balanceOf(all[i]);
        }
        vm.prank(arbiter.addr);
        escrow.resolve(terms, toSeller, 0);
        for (uint256 i; i < all.length; ++i) {
            gains[i] = token.balanceOf(all[i]) - gains[i];
        }
    }

    /// @dev As the seller of native coin, and the fee is paid all the same.
    function _assertCredited(address recipient) private {
        IEscrow.Terms memory terms = _native(_terms());
        terms.seller = recipient;
        terms.nonce = uint160(recipient);
        bytes32 id = _fund(terms);
        Balances memory before = _watch(terms);
        _releaseAll(terms);
        _assertLogs(
            _paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Release), _credited(terms, recipient, AMOUNT - FEE)
        );
        _assertOut(terms, before, Out(0, FEE, 0, 0));
        _assertState(id, 0, AMOUNT, DELIVER_BY, IEscrow.Status.Closed);
        assertEq(escrow.creditOf(recipient, address(0)), AMOUNT - FEE);
    }

    /// @dev Funded in a token that is still as it should be.
    function _oddTerms() private returns (IEscrow.Terms memory terms) {
        AuthorizedToken odd = new AuthorizedToken();
        odd.mint(buyer.addr, AMOUNT);
        vm.prank(buyer.addr);
        odd.approve(address(escrow), type(uint256).max);
        terms = _terms();
        terms.token = address(odd);
        _fund(terms);
    }

    /// @dev While its token has this code, a payout becomes credits; afterwards they can be withdrawn, once.
    function _assertCreditedByOdd(bytes memory code) private {
        IEscrow.Terms memory terms = _oddTerms();
        bytes memory normal = terms.token.code;
        vm.etch(terms.token, code);
        _assertAllCredited(terms);
        vm.etch(terms.token, normal);
        _assertAllWithdraw(terms);
    }

    function _assertAllCredited(IEscrow.Terms memory terms) private {
        Balances memory before = _watch(terms);
        _releaseAll(terms);
        _assertLogs(
            _paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Release),
            _credited(terms, seller.addr, AMOUNT - FEE),
            _credited(terms, feeRecipient, FEE)
        );
        _assertOut(terms, before, Out(0, 0, 0, 0));
    }

    function _assertAllWithdraw(IEscrow.Terms memory terms) private {
        Balances memory before = _balances(terms);
        escrow.withdrawFor(seller.addr, terms.token);
        escrow.withdrawFor(feeRecipient, terms.token);
        _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
        assertEq(_balance(terms.token, address(escrow)), 0);
    }

    /// @dev One push, to a recipient that tells what gas it was given.
    function _metered() private returns (IEscrow.Terms memory terms, GasMeter meter) {
        meter = new GasMeter();
        terms = _native(_terms());
        terms.seller = address(meter);
        terms.feeRecipient = address(0);
        terms.feeAmount = 0;
        _fund(terms);
    }

    /// @dev The least gas with which the release succeeds.
    function _leastGas(IEscrow.Terms memory terms) private returns (uint256 high) {
        uint256 low = 30_000;
        high = 1_000_000;
        while (low + 1 < high) {
            uint256 middle = (low + high) / 2;
            uint256 snapshot = vm.snapshotState();
            (bool success,) = _releaseWithGas(terms, middle);
            vm.revertToStateAndDelete(snapshot);
            if (success) high = middle;
            else low = middle;
        }
    }

    function _releaseWithGas(IEscrow.Terms memory terms, uint256 gas_) private returns (bool, bytes memory) {
        bytes memory call_ = abi.encodeCall(IEscrow.release, (terms, type(uint96).max));
        vm.prank(buyer.addr);
        return address(escrow).call{gas: gas_}(call_);
    }

    /// @dev Every guarded verb after funding, and two ways to fund. `party` is whom each verb asks for, and signs everything.
    function _callsOf(address party) private returns (bytes[12] memory calls) {
        IEscrow.Terms[6] memory terms;
        for (uint256 i; i < terms.length; ++i) {
            terms[i] = _native(_terms());
            terms[i].nonce = 20 + i;
        }
        terms[0].buyer = party;
        _fund(terms[0]);
        terms[1].seller = party;
        _fund(terms[1]);
        terms[2].arbiter = party;
        _reach(terms[2], IEscrow.Status.Disputed);
        terms[3].evaluator = party;
        _reach(terms[3], IEscrow.Status.Submitted);
        terms[4].deliverBy = NOW + 1 hours;
        _fund(terms[4]);
        terms[5] = _native(_exchange());
        terms[5].nonce = 25;
        _fund(terms[5]);
        vm.warp(NOW + 1 hours + 1);
        Refusing refusing = new Refusing();
        IEscrow.Terms memory other = _native(_terms());
        other.nonce = 26;
        other.seller = address(refusing);
        _fund(other);
        _releaseAll(other);

        calls[0] = abi.encodeCall(IEscrow.release, (terms[0], AMOUNT));
        calls[1] = abi.encodeCall(IEscrow.releaseWithSignature, (terms[0], AMOUNT, NOW + 1 days, ""));
        calls[2] = abi.encodeCall(IEscrow.refund, (terms[1], AMOUNT));
        calls[3] = abi.encodeCall(IEscrow.resolve, (terms[2], AMOUNT, 0));
        calls[4] = abi.encodeCall(IEscrow.attest, (terms[3], DELIVERABLE, true, 0, ""));
        calls[5] = abi.encodeCall(IEscrow.timeout, (terms[4]));
        calls[6] = abi.encodeCall(IEscrow.reveal, (terms[5], KEY));
        calls[7] = abi.encodeCall(
            IEscrow.settle,
            (
                terms[1],
                AMOUNT,
                0,
                NOW + 1 days,
                _sign(buyer, escrow.settlementDigest(escrow.idOf(terms[1]), AMOUNT, 0, NOW + 1 days)),
                ""
            )
        );
        calls[8] = abi.encodeCall(IEscrow.withdraw, (address(0), party));
        calls[9] = abi.encodeCall(IEscrow.withdrawFor, (address(refusing), address(0)));
        terms[0].nonce = 30;
        calls[10] = abi.encodeCall(IEscrow.fund, (terms[0], _authorship(terms[0])));
        calls[11] = abi.encodeCall(IEscrow.fundMany, (new IEscrow.Opening[](1)));
        // Outside of a payout these succeed, so that nothing but the guard stops them. The last four fail anyway.
        for (uint256 i; i < 8; ++i) {
            assertTrue(_succeedsAt(NOW + 1 hours + 1, party, calls[i]));
        }
    }
}
