// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Refusing, Wallet} from "../mocks/Accounts.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowReleaseWithSignatureTest is EscrowTest {
    uint96 private constant PART = 40_000_000;
    uint40 private constant DEADLINE = NOW + 2 days;

    /* SENDER */

    function test_AnyoneReleasesWithTheBuyersSignature() public {
        Case[] memory cases = _openCases();
        address[] memory all = _everybody();
        for (uint256 i; i < cases.length; ++i) {
            IEscrow.Terms memory terms = cases[i].terms;
            bytes32 id = _reach(cases[i]);
            bytes memory signature = _signed(id, PART);
            Balances memory before = _watch(terms);
            vm.prank(all[i % all.length]);
            escrow.releaseWithSignature(terms, PART, DEADLINE, signature);
            _assertLogs(_paid(terms, 39_000_000, 1_000_000, 60_000_000, IEscrow.Cause.Release));
            _assertOut(terms, before, Out(39_000_000, 1_000_000, 0, 0));
            _assertState(id, 60_000_000, PART, _timerOf(cases[i].status), cases[i].status);
        }
    }

    /* SIGNATURE */

    function test_RevertWhen_ThereIsNoSignature() public {
        IEscrow.Terms memory terms = _evaluated();
        _fund(terms);
        // The buyer itself calls `release`.
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            _expectWrongSigner(address(0));
            vm.prank(all[i]);
            escrow.releaseWithSignature(terms, PART, DEADLINE, "");
        }
    }

    function test_D1_RevertWhen_TheSignatureIsNotTheBuyers() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _fund(terms);
        bytes[] memory forged = _forgeries(buyer, escrow.releaseDigest(id, PART, DEADLINE));
        for (uint256 i; i < forged.length; ++i) {
            _expectWrongSigner();
            escrow.releaseWithSignature(terms, PART, DEADLINE, forged[i]);
        }
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    function test_D1_RevertWhen_AnotherReleaseWasSigned() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes32[3] memory digests = [
            escrow.releaseDigest(id, PART - 1, DEADLINE),
            escrow.releaseDigest(id, PART, DEADLINE - 1),
            escrow.settlementDigest(id, AMOUNT, PART, DEADLINE)
        ];
        for (uint256 i; i < digests.length; ++i) {
            _expectWrongSigner();
            escrow.releaseWithSignature(terms, PART, DEADLINE, _sign(buyer, digests[i]));
        }
    }

    function test_RevertWhen_SignedForAnotherEscrow() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory signature = _signed(_fund(terms), PART);
        terms.nonce += 1;
        _fund(terms);
        _expectWrongSigner();
        escrow.releaseWithSignature(terms, PART, DEADLINE, signature);
    }

    function test_D2_RevertWhen_SignedForAnotherContractOrChain() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes32 elsewhere = new Escrow().releaseDigest(id, PART, DEADLINE);
        _expectWrongSigner();
        escrow.releaseWithSignature(terms, PART, DEADLINE, _sign(buyer, elsewhere));

        bytes memory signature = _signed(id, PART);
        vm.chainId(terms.chainId + 1);
        _expectWrongSigner();
        escrow.releaseWithSignature(terms, PART, DEADLINE, signature);
    }

    function test_D2_PaysWhatIsSignedForTheChainsNewId() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        vm.chainId(terms.chainId + 1);
        assertEq(escrow.idOf(terms), id);
        escrow.releaseWithSignature(terms, PART, DEADLINE, _signed(id, PART));
        _assertState(id, AMOUNT - PART, PART, DELIVER_BY, IEscrow.Status.Funded);
    }

    function test_C7_PaysWhatAContractBuyerAccepts() public {
        Wallet wallet = new Wallet();
        IEscrow.Terms memory terms = _terms();
        terms.buyer = address(wallet);
        token.mint(address(wallet), AMOUNT);
        vm.prank(address(wallet));
        token.approve(address(escrow), AMOUNT);
        bytes32 id = _fund(terms);
        wallet.accept(escrow.releaseDigest(id, PART, DEADLINE), "yes");

        _expectWrongSigner(address(0));
        escrow.releaseWithSignature(terms, PART, DEADLINE, "no");
        _expectWrongSigner(address(0));
        escrow.releaseWithSignature(terms, AMOUNT, DEADLINE, "yes");
        escrow.releaseWithSignature(terms, PART, DEADLINE, "yes");
        _assertState(id, AMOUNT - PART, PART, DELIVER_BY, IEscrow.Status.Funded);
    }

    function test_C7_PaysWhatAnEip7702BuyerSigned() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        // The account's code knows no ERC-1271, which would decide if code were asked before the key.
        vm.signAndAttachDelegation(address(new Refusing()), buyer.privateKey);
        vm.prank(stranger.addr);
        escrow.releaseWithSignature(terms, PART, DEADLINE, _signed(id, PART));
        assertGt(buyer.addr.code.length, 0);
        _assertState(id, AMOUNT - PART, PART, DELIVER_BY, IEscrow.Status.Funded);
    }

    /* REPLAY */

    function test_RevertWhen_UsedAgain() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes memory signature = _signed(id, PART);
        escrow.releaseWithSignature(terms, PART, DEADLINE, signature);
        Balances memory before = _balances(terms);
        vm.expectRevert(IEscrow.NothingToPay.selector);
        escrow.releaseWithSignature(terms, PART, DEADLINE, signature);
        _assertOut(terms, before, Out(0, 0, 0, 0));
    }

    function test_RevertWhen_TheBuyerHasReleasedAsMuch() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes memory signature = _signed(id, PART);
        vm.prank(buyer.addr);
        escrow.release(terms, PART);
        vm.expectRevert(IEscrow.NothingToPay.selector);
        escrow.releaseWithSignature(terms, PART, DEADLINE, signature);
    }

    function testFuzz_ReplaysPayTheLargestOnly(uint96[4] memory upTos, uint8[12] memory order) public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes[4] memory signatures;
        for (uint256 i; i < 4; ++i) {
            upTos[i] = uint96(bound(upTos[i], 1, AMOUNT - 1));
            signatures[i] = _signed(id, upTos[i]);
        }
        uint96 largest;
        for (uint256 i; i < order.length; ++i) {
            uint256 at = order[i] % 4;
            if (upTos[at] <= largest) vm.expectRevert(IEscrow.NothingToPay.selector);
            else largest = upTos[at];
            escrow.releaseWithSignature(terms, upTos[at], DEADLINE, signatures[at]);
            _assertState(id, AMOUNT - largest, largest, DELIVER_BY, IEscrow.Status.Funded);
            assertEq(token.balanceOf(seller.addr) + token.balanceOf(feeRecipient), largest);
        }
    }

    /* STATUS */

    function test_RevertWhen_TheEscrowWasNeverFunded() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory signature = _signed(escrow.idOf(terms), PART);
        _expectWrongStatus(IEscrow.Status.None);
        escrow.releaseWithSignature(terms, PART, DEADLINE, signature);
    }

    function test_RevertWhen_Closed() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory signature = _signed(_fund(terms), PART);
        vm.prank(seller.addr);
        escrow.refund(terms, AMOUNT);
        _expectWrongStatus(IEscrow.Status.Closed);
        escrow.releaseWithSignature(terms, PART, DEADLINE, signature);
    }

    /* INSTANTS */

    function testFuzz_A6_PaysExactlyUntilTheDeadline(uint40 deadline, uint40 time) public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        time = uint40(bound(time, NOW, NOW + 800 days));
        // Half of the runs at the boundary itself, where the mistakes are.
        deadline = deadline % 2 == 0 ? deadline : uint40(bound(deadline, time - 1, time + 1));
        bytes memory signature = _sign(buyer, escrow.releaseDigest(id, PART, deadline));
        vm.warp(time);
        if (time > deadline) _expectExpired(deadline, time);
        escrow.releaseWithSignature(terms, PART, deadline, signature);
        assertEq(escrow.stateOf(id).released, time > deadline ? 0 : PART);
    }

    function test_PaysAfterTheTimer() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes memory signature = _sign(buyer, escrow.releaseDigest(id, PART, DELIVER_BY + 1));
        vm.warp(DELIVER_BY + 1);
        escrow.releaseWithSignature(terms, PART, DELIVER_BY + 1, signature);
        _assertState(id, AMOUNT - PART, PART, DELIVER_BY, IEscrow.Status.Funded);
    }

    function _signed(bytes32 id, uint96 upTo) private view returns (bytes memory) {
        return _sign(buyer, escrow.releaseDigest(id, upTo, DEADLINE));
    }
}
