// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Vm} from "forge-std/Vm.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowRevealTest is EscrowTest {
    /* SENDER */

    function test_AnyoneWithTheKeyPaysTheSeller() public {
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            IEscrow.Terms memory terms = _exchange();
            terms.nonce = i;
            bytes32 id = _fund(terms);
            Balances memory before = _watch(terms);
            vm.prank(all[i]);
            escrow.reveal(terms, KEY);
            _assertLogs(_revealed(terms), _paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Reveal));
            _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
            _assertState(id, 0, AMOUNT, DELIVER_BY, IEscrow.Status.Closed);
        }
    }

    /* KEY */

    function testFuzz_RevertWhen_TheKeyIsWrong(bytes32 key) public {
        vm.assume(key != KEY);
        IEscrow.Terms memory terms = _exchange();
        bytes32 id = _fund(terms);
        vm.expectRevert(IEscrow.WrongKey.selector);
        escrow.reveal(terms, key);
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    function test_RevertWhen_TheKeyIsBoundToAnotherSeller() public {
        // Who copies a commitment of another seller cannot be paid with that seller's key.
        IEscrow.Terms memory terms = _exchange();
        terms.seller = stranger.addr;
        _fund(terms);
        vm.expectRevert(IEscrow.WrongKey.selector);
        escrow.reveal(terms, KEY);
    }

    function test_TheKeyMayBeZero() public {
        IEscrow.Terms memory terms = _exchange();
        terms.keyHash = keccak256(abi.encode(seller.addr, bytes32(0)));
        bytes32 id = _fund(terms);
        escrow.reveal(terms, 0);
        _assertState(id, 0, AMOUNT, DELIVER_BY, IEscrow.Status.Closed);
    }

    function testFuzz_RevertWhen_NothingIsSealed(bytes32 key) public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < 6; ++i) {
            _reach(cases[i]);
            vm.expectRevert(IEscrow.WrongKey.selector);
            escrow.reveal(cases[i].terms, key);
        }
    }

    /* EVALUATOR */

    function test_RevertWhen_TheEvaluatorHasNotPassed() public {
        IEscrow.Terms memory terms = _verifiedExchange();
        bytes32 id = _fund(terms);
        vm.expectRevert(IEscrow.NotPassed.selector);
        escrow.reveal(terms, KEY);
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    function test_PaysAfterAPass() public {
        IEscrow.Terms memory terms = _verifiedExchange();
        bytes32 id = _fund(terms);
        _attest(terms, true);
        Balances memory before = _watch(terms);
        escrow.reveal(terms, KEY);
        _assertLogs(_revealed(terms), _paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Reveal));
        _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
        _assertState(id, 0, AMOUNT, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_RevertWhen_TheEvaluatorHasFailedIt() public {
        IEscrow.Terms memory terms = _verifiedExchange();
        _fund(terms);
        _attest(terms, false);
        _expectWrongStatus(IEscrow.Status.Closed);
        escrow.reveal(terms, KEY);
    }

    /* STATUS */

    function test_RevertWhen_TheEscrowWasNeverFunded() public {
        _expectWrongStatus(IEscrow.Status.None);
        escrow.reveal(_exchange(), KEY);
    }

    function test_RevertWhen_RevealedTwice() public {
        IEscrow.Terms memory terms = _exchange();
        _fund(terms);
        escrow.reveal(terms, KEY);
        Balances memory before = _balances(terms);
        _expectWrongStatus(IEscrow.Status.Closed);
        escrow.reveal(terms, KEY);
        _assertOut(terms, before, Out(0, 0, 0, 0));
    }

    function test_RevertWhen_ItTimedOut() public {
        IEscrow.Terms memory terms = _exchange();
        _fund(terms);
        vm.warp(DELIVER_BY + 1);
        escrow.timeout(terms);
        _expectWrongStatus(IEscrow.Status.Closed);
        escrow.reveal(terms, KEY);
    }

    /* INSTANTS */

    function test_PaysAfterDeliverByWhileItIsOpen() public {
        Case[] memory cases = _openCases();
        for (uint256 i = 6; i < cases.length; i += 2) {
            vm.warp(NOW);
            _reach(cases[i]);
            vm.warp(DELIVER_BY + 1);
            Balances memory before = _watch(cases[i].terms);
            escrow.reveal(cases[i].terms, KEY);
            _assertOut(cases[i].terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
        }
    }

    function testFuzz_TimeNeverCutsAReveal(uint40 time) public {
        IEscrow.Terms memory terms = _exchange();
        bytes32 id = _fund(terms);
        vm.warp(bound(time, NOW, type(uint40).max));
        escrow.reveal(terms, KEY);
        _assertState(id, 0, AMOUNT, DELIVER_BY, IEscrow.Status.Closed);
    }

    /* AMOUNTS AND CHAIN */

    function test_PaysWhatIsLeft() public {
        IEscrow.Terms memory terms = _exchange();
        bytes32 id = _fund(terms);
        _giveParts(terms);
        Balances memory before = _watch(terms);
        escrow.reveal(terms, KEY);
        _assertLogs(_revealed(terms), _paid(terms, 19_500_000, 500_000, 0, IEscrow.Cause.Reveal));
        _assertOut(terms, before, Out(19_500_000, 500_000, 0, 0));
        _assertState(id, 0, 60_000_000, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_PaysAfterTheChainsIdHasChanged() public {
        IEscrow.Terms memory terms = _exchange();
        bytes32 id = _fund(terms);
        vm.chainId(terms.chainId + 1);
        escrow.reveal(terms, KEY);
        _assertState(id, 0, AMOUNT, DELIVER_BY, IEscrow.Status.Closed);
    }

    function _revealed(IEscrow.Terms memory terms) private view returns (Vm.Log memory) {
        return _log(terms, IEscrow.KeyRevealed.selector, address(0), abi.encode(KEY));
    }
}
