// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Refusing, Wallet} from "../mocks/Accounts.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowAttestTest is EscrowTest {
    bytes32 private constant OTHER = keccak256("another deliverable");

    /* A SUBMISSION */

    function test_APassPaysTheSeller() public {
        IEscrow.Status[2] memory statuses = [IEscrow.Status.Submitted, IEscrow.Status.Disputed];
        for (uint256 i; i < statuses.length; ++i) {
            IEscrow.Terms memory terms = _evaluated();
            terms.nonce = i;
            bytes32 id = _reach(terms, statuses[i]);
            Balances memory before = _watch(terms);
            _attest(terms, true);
            _assertLogs(_attested(terms, true), _paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Verdict));
            _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
            _assertState(id, 0, AMOUNT, _timerOf(statuses[i]), IEscrow.Status.Closed);
        }
    }

    function test_APassPaysWhatIsLeft() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        _giveParts(terms);
        Balances memory before = _watch(terms);
        _attest(terms, true);
        // The fee of 60 is 1.5, and 1 of it was paid with the first 40.
        _assertLogs(_attested(terms, true), _paid(terms, 19_500_000, 500_000, 0, IEscrow.Cause.Verdict));
        _assertOut(terms, before, Out(19_500_000, 500_000, 0, 0));
        _assertState(id, 0, 60_000_000, NOW + REVIEW, IEscrow.Status.Closed);
    }

    function test_AFailureReturnsToTheBuyer() public {
        IEscrow.Status[2] memory statuses = [IEscrow.Status.Submitted, IEscrow.Status.Disputed];
        for (uint256 i; i < statuses.length; ++i) {
            IEscrow.Terms memory terms = _evaluated();
            terms.nonce = i;
            bytes32 id = _reach(terms, statuses[i]);
            Balances memory before = _watch(terms);
            _attest(terms, false);
            _assertLogs(_attested(terms, false), _returned(terms, AMOUNT, 0, IEscrow.Cause.Verdict));
            _assertOut(terms, before, Out(0, 0, AMOUNT, 0));
            _assertState(id, 0, 0, _timerOf(statuses[i]), IEscrow.Status.Closed);
        }
    }

    function test_AFailureReturnsWhatIsLeft() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Disputed);
        _giveParts(terms);
        Balances memory before = _watch(terms);
        _attest(terms, false);
        _assertLogs(_attested(terms, false), _returned(terms, 20_000_000, 0, IEscrow.Cause.Verdict));
        _assertOut(terms, before, Out(0, 0, 20_000_000, 0));
        _assertState(id, 0, 40_000_000, NOW + RULING, IEscrow.Status.Closed);
    }

    function test_RevertWhen_TheVerdictIsAboutAnotherDeliverable() public {
        IEscrow.Terms memory terms = _evaluated();
        _reach(terms, IEscrow.Status.Submitted);
        bytes32[2] memory others = [OTHER, bytes32(0)];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEscrow.WrongDeliverable.selector, others[i], DELIVERABLE));
            vm.prank(evaluator.addr);
            escrow.attest(terms, others[i], true, EVIDENCE, "");
        }
    }

    function test_RevertWhen_NothingWasSubmitted() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _fund(terms);
        bytes memory signature = _signed(id, true);
        bytes32[2] memory deliverables = [DELIVERABLE, bytes32(0)];
        for (uint256 i; i < deliverables.length; ++i) {
            _expectWrongStatus(IEscrow.Status.Funded);
            vm.prank(evaluator.addr);
            escrow.attest(terms, deliverables[i], false, EVIDENCE, "");
        }
        _submit(terms);
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, signature);
        _assertState(id, 0, AMOUNT, NOW + REVIEW, IEscrow.Status.Closed);
    }

    /* A SEALED DELIVERABLE */

    function test_APassOfASealedDeliverableMovesNothing() public {
        IEscrow.Terms memory terms = _verifiedExchange();
        bytes32 id = _fund(terms);
        assertFalse(escrow.stateOf(id).passed);
        Balances memory before = _watch(terms);
        _attest(terms, true);
        _assertLogs(_attested(terms, true));
        _assertOut(terms, before, Out(0, 0, 0, 0));
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
        assertTrue(escrow.stateOf(id).passed);
    }

    function test_AFailureOfASealedDeliverableReturnsToTheBuyer() public {
        IEscrow.Terms memory terms = _verifiedExchange();
        bytes32 id = _fund(terms);
        Balances memory before = _watch(terms);
        _attest(terms, false);
        _assertLogs(_attested(terms, false), _returned(terms, AMOUNT, 0, IEscrow.Cause.Verdict));
        _assertOut(terms, before, Out(0, 0, AMOUNT, 0));
        _assertState(id, 0, 0, DELIVER_BY, IEscrow.Status.Closed);
        assertFalse(escrow.stateOf(id).passed);
    }

    function test_RevertWhen_TheVerdictIsAboutAnotherCommitment() public {
        IEscrow.Terms memory terms = _verifiedExchange();
        bytes32 id = _fund(terms);
        bytes32[2] memory others = [OTHER, bytes32(0)];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEscrow.WrongDeliverable.selector, others[i], DELIVERABLE));
            vm.prank(evaluator.addr);
            escrow.attest(terms, others[i], true, EVIDENCE, "");
        }
        assertFalse(escrow.stateOf(id).passed);
    }

    function test_RevertWhen_AlreadyPassed() public {
        IEscrow.Terms memory terms = _verifiedExchange();
        bytes32 id = _fund(terms);
        _attest(terms, true);
        bool[2] memory verdicts = [false, true];
        for (uint256 i; i < verdicts.length; ++i) {
            vm.expectRevert(IEscrow.AlreadyPassed.selector);
            _attest(terms, verdicts[i]);
        }
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    /* STATUS */

    function test_RevertWhen_TheEscrowWasNeverFunded() public {
        IEscrow.Terms[2] memory all = [_evaluated(), _verifiedExchange()];
        for (uint256 i; i < all.length; ++i) {
            _expectWrongStatus(IEscrow.Status.None);
            _attest(all[i], true);
        }
    }

    function test_G12_RevertWhen_AlreadyDecided() public {
        IEscrow.Terms memory terms = _evaluated();
        _reach(terms, IEscrow.Status.Disputed);
        _attest(terms, true);
        Balances memory before = _balances(terms);
        bool[2] memory verdicts = [false, true];
        for (uint256 i; i < verdicts.length; ++i) {
            _expectWrongStatus(IEscrow.Status.Closed);
            _attest(terms, verdicts[i]);
        }
        _assertOut(terms, before, Out(0, 0, 0, 0));
    }

    /* CONSENT */

    function test_TheEvaluatorItselfNeedsNoSignature() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        vm.prank(evaluator.addr);
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, hex"0badc0de");
        _assertState(id, 0, AMOUNT, NOW + REVIEW, IEscrow.Status.Closed);
    }

    function test_AnyoneRelaysTheSignedVerdict() public {
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            IEscrow.Terms memory terms = _evaluated();
            terms.nonce = i;
            bytes32 id = _reach(terms, IEscrow.Status.Submitted);
            bytes memory signature = _signed(id, false);
            Balances memory before = _watch(terms);
            vm.prank(all[i]);
            escrow.attest(terms, DELIVERABLE, false, EVIDENCE, signature);
            _assertLogs(_attested(terms, false), _returned(terms, AMOUNT, 0, IEscrow.Cause.Verdict));
            _assertOut(terms, before, Out(0, 0, AMOUNT, 0));
        }
    }

    function test_RevertWhen_NobodySigned() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            if (all[i] == evaluator.addr) continue;
            _expectWrongSigner(address(0));
            vm.prank(all[i]);
            escrow.attest(terms, DELIVERABLE, true, EVIDENCE, "");
        }
        _assertState(id, AMOUNT, 0, NOW + REVIEW, IEscrow.Status.Submitted);
    }

    function test_D1_RevertWhen_TheSignatureIsNotTheEvaluators() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        bytes[] memory forged = _forgeries(evaluator, escrow.verdictDigest(id, DELIVERABLE, true, EVIDENCE));
        for (uint256 i; i < forged.length; ++i) {
            _expectWrongSigner();
            escrow.attest(terms, DELIVERABLE, true, EVIDENCE, forged[i]);
        }
    }

    function test_D1_RevertWhen_AnotherVerdictWasSigned() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        bytes32[3] memory digests = [
            escrow.verdictDigest(id, DELIVERABLE, false, EVIDENCE),
            escrow.verdictDigest(id, OTHER, true, EVIDENCE),
            escrow.verdictDigest(id, DELIVERABLE, true, OTHER)
        ];
        for (uint256 i; i < digests.length; ++i) {
            _expectWrongSigner();
            escrow.attest(terms, DELIVERABLE, true, EVIDENCE, _sign(evaluator, digests[i]));
        }
    }

    function test_RevertWhen_SignedForAnotherEscrow() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes memory signature = _signed(_reach(terms, IEscrow.Status.Submitted), true);
        // The same work, the same roles, another nonce.
        terms.nonce += 1;
        _reach(terms, IEscrow.Status.Submitted);
        _expectWrongSigner();
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, signature);
    }

    function test_D2_RevertWhen_SignedForAnotherContractOrChain() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        bytes32 elsewhere = new Escrow().verdictDigest(id, DELIVERABLE, true, EVIDENCE);
        _expectWrongSigner();
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, _sign(evaluator, elsewhere));

        bytes memory signature = _signed(id, true);
        vm.chainId(terms.chainId + 1);
        _expectWrongSigner();
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, signature);
        vm.chainId(terms.chainId);
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, signature);
    }

    function test_C7_AContractEvaluatorDecidesUnderErc1271() public {
        Wallet wallet = new Wallet();
        IEscrow.Terms memory terms = _evaluated();
        terms.evaluator = address(wallet);
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        wallet.accept(escrow.verdictDigest(id, DELIVERABLE, true, EVIDENCE), "yes");

        _expectWrongSigner(address(0));
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, "no");
        _expectWrongSigner(address(0));
        escrow.attest(terms, DELIVERABLE, false, EVIDENCE, "yes");
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, "yes");
        _assertState(id, 0, AMOUNT, NOW + REVIEW, IEscrow.Status.Closed);
    }

    function test_C7_AnEip7702EvaluatorSignsWithItsKey() public {
        // The account's code knows no ERC-1271, which would decide if code were asked before the key.
        vm.signAndAttachDelegation(address(new Refusing()), evaluator.privateKey);
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        assertGt(evaluator.addr.code.length, 0);
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, _signed(id, true));
        _assertState(id, 0, AMOUNT, NOW + REVIEW, IEscrow.Status.Closed);
    }

    /* NO EVALUATOR */

    function test_RevertWhen_AReviewHasNoEvaluator() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Submitted);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.WrongDeliverable.selector, DELIVERABLE, bytes32(0)));
        vm.prank(arbiter.addr);
        escrow.attest(terms, DELIVERABLE, true, EVIDENCE, "");
        // Nothing is kept to compare with, so zero is what it would have to name; but nobody can sign for nobody.
        bytes[] memory forged = _forgeries(stranger, escrow.verdictDigest(id, 0, true, EVIDENCE));
        for (uint256 i; i < forged.length; ++i) {
            _expectWrongSigner();
            escrow.attest(terms, 0, true, EVIDENCE, forged[i]);
        }
    }

    function test_RevertWhen_AnExchangeHasNoEvaluator() public {
        IEscrow.Terms memory terms = _exchange();
        bytes32 id = _fund(terms);
        bytes[] memory forged = _forgeries(stranger, escrow.verdictDigest(id, DELIVERABLE, false, EVIDENCE));
        for (uint256 i; i < forged.length; ++i) {
            _expectWrongSigner();
            escrow.attest(terms, DELIVERABLE, false, EVIDENCE, forged[i]);
        }
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    /* INSTANTS */

    function test_A6_CountsAtTheTimer() public {
        Case[] memory cases = _judged();
        for (uint256 i; i < cases.length; ++i) {
            vm.warp(NOW);
            bytes32 id = _reach(cases[i]);
            vm.warp(_timerOf(cases[i].status));
            _attest(cases[i].terms, false);
            _assertState(id, 0, 0, _timerOf(cases[i].status), IEscrow.Status.Closed);
        }
    }

    function test_A6_RevertWhen_TheTimerHasPassed() public {
        Case[] memory cases = _judged();
        for (uint256 i; i < cases.length; ++i) {
            vm.warp(NOW);
            bytes32 id = _reach(cases[i]);
            uint40 timer = _timerOf(cases[i].status);
            bytes memory signature = _signed(id, true);
            vm.warp(timer + 1);
            _expectExpired(timer, timer + 1);
            _attest(cases[i].terms, true);
            _expectExpired(timer, timer + 1);
            escrow.attest(cases[i].terms, DELIVERABLE, true, EVIDENCE, signature);
        }
    }

    function testFuzz_A6_ExactlyOneOfAttestAndTimeoutIsOpenWhenSubmitted(uint32 window, uint40 time, bool pass) public {
        IEscrow.Terms memory terms = _evaluated();
        terms.reviewWindow = uint32(bound(window, 24 hours, 365 days));
        _reach(terms, IEscrow.Status.Submitted);
        _assertVerdictIsCut(terms, NOW + terms.reviewWindow, time, pass);
    }

    function testFuzz_A6_ExactlyOneOfAttestAndTimeoutIsOpenWhenDisputed(uint32 window, uint40 time, bool pass) public {
        IEscrow.Terms memory terms = _evaluated();
        terms.rulingWindow = uint32(bound(window, 24 hours, 365 days));
        _reach(terms, IEscrow.Status.Disputed);
        _assertVerdictIsCut(terms, NOW + terms.rulingWindow, time, pass);
    }

    function testFuzz_A6_ExactlyOneOfAttestAndTimeoutIsOpenWhenSealed(uint40 deliverBy, uint40 time, bool pass) public {
        IEscrow.Terms memory terms = _verifiedExchange();
        terms.deliverBy = uint40(bound(deliverBy, NOW + 1 hours, NOW + 730 days));
        _fund(terms);
        _assertVerdictIsCut(terms, terms.deliverBy, time, pass);
    }

    /* SHORTHAND */

    function _assertVerdictIsCut(IEscrow.Terms memory terms, uint40 timer, uint40 time, bool pass) private {
        bytes memory call_ = abi.encodeCall(IEscrow.attest, (terms, DELIVERABLE, pass, EVIDENCE, ""));
        _assertCutByTime(terms, timer, bound(time, NOW, type(uint40).max), evaluator.addr, call_);
    }

    /// @dev Each open state that waits for a verdict.
    function _judged() private view returns (Case[] memory cases) {
        Case[] memory all = _openCases();
        cases = new Case[](3);
        (cases[0], cases[1], cases[2]) = (all[4], all[5], all[7]);
    }

    function _signed(bytes32 id, bool pass) private view returns (bytes memory) {
        return _sign(evaluator, escrow.verdictDigest(id, DELIVERABLE, pass, EVIDENCE));
    }
}
