// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Refusing, Wallet} from "../mocks/Accounts.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowSettleTest is EscrowTest {
    uint96 private constant PART = 40_000_000;
    uint40 private constant DEADLINE = NOW + 2 days;

    /* CONSENT */

    function test_AnyoneSettlesWithBothSignatures() public {
        Case[] memory cases = _openCases();
        address[] memory all = _everybody();
        for (uint256 i; i < cases.length; ++i) {
            IEscrow.Terms memory terms = cases[i].terms;
            bytes32 digest = _digest(_reach(cases[i]), PART);
            bytes memory buyers = _sign(buyer, digest);
            bytes memory sellers = _sign(seller, digest);
            Balances memory before = _watch(terms);
            vm.prank(all[i % all.length]);
            escrow.settle(terms, AMOUNT, PART, DEADLINE, buyers, sellers);
            _assertLogs(
                _paid(terms, 39_000_000, 1_000_000, 0, IEscrow.Cause.Settlement),
                _returned(terms, 60_000_000, 0, IEscrow.Cause.Settlement)
            );
            _assertOut(terms, before, Out(39_000_000, 1_000_000, 60_000_000, 0));
            _assertState(escrow.idOf(terms), 0, PART, _timerOf(cases[i].status), IEscrow.Status.Closed);
        }
    }

    function test_TheBuyerItselfNeedsNoSignature() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes memory sellers = _sign(seller, _digest(id, PART));
        vm.prank(buyer.addr);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, "", sellers);
        _assertState(id, 0, PART, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_TheSellerItselfNeedsNoSignature() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes memory buyers = _sign(buyer, _digest(id, PART));
        vm.prank(seller.addr);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, buyers, "");
        _assertState(id, 0, PART, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_RevertWhen_TheOtherPartyHasNotSigned() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes memory buyers = _sign(buyer, _digest(id, PART));
        bytes memory sellers = _sign(seller, _digest(id, PART));

        _expectWrongSigner(address(0));
        vm.prank(buyer.addr);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, buyers, "");
        _expectWrongSigner(buyer.addr);
        vm.prank(buyer.addr);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, "", buyers);
        _expectWrongSigner(address(0));
        vm.prank(seller.addr);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, "", sellers);
        _expectWrongSigner(seller.addr);
        vm.prank(seller.addr);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, sellers, "");
    }

    function test_RevertWhen_ASignatureIsInTheOthersPlace() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes memory buyers = _sign(buyer, _digest(id, PART));
        bytes memory sellers = _sign(seller, _digest(id, PART));
        _expectWrongSigner(seller.addr);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, sellers, buyers);
        _expectWrongSigner(buyer.addr);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, buyers, buyers);
        _expectWrongSigner(seller.addr);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, sellers, sellers);
    }

    function test_D1_RevertWhen_ASignatureIsNotTheParties() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _fund(terms);
        bytes memory buyers = _sign(buyer, _digest(id, PART));
        bytes memory sellers = _sign(seller, _digest(id, PART));
        bytes[] memory forged = _forgeries(buyer, _digest(id, PART));
        for (uint256 i; i < forged.length; ++i) {
            _expectWrongSigner();
            escrow.settle(terms, AMOUNT, PART, DEADLINE, forged[i], sellers);
        }
        forged = _forgeries(seller, _digest(id, PART));
        for (uint256 i; i < forged.length; ++i) {
            _expectWrongSigner();
            escrow.settle(terms, AMOUNT, PART, DEADLINE, buyers, forged[i]);
        }
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    function test_D1_RevertWhen_AnotherSettlementWasSigned() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes memory sellers = _sign(seller, _digest(id, PART));
        bytes32[4] memory digests = [
            escrow.settlementDigest(id, AMOUNT, PART - 1, DEADLINE),
            escrow.settlementDigest(id, AMOUNT - 1, PART, DEADLINE),
            escrow.settlementDigest(id, AMOUNT, PART, DEADLINE + 1),
            escrow.releaseDigest(id, PART, DEADLINE)
        ];
        for (uint256 i; i < digests.length; ++i) {
            _expectWrongSigner();
            escrow.settle(terms, AMOUNT, PART, DEADLINE, _sign(buyer, digests[i]), sellers);
        }
    }

    function test_RevertWhen_SignedForAnotherEscrow() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 digest = _digest(_fund(terms), PART);
        terms.nonce += 1;
        _fund(terms);
        _expectWrongSigner();
        escrow.settle(terms, AMOUNT, PART, DEADLINE, _sign(buyer, digest), _sign(seller, digest));
    }

    function test_D2_RevertWhen_SignedForAnotherContractOrChain() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes32 elsewhere = new Escrow().settlementDigest(id, AMOUNT, PART, DEADLINE);
        _expectWrongSigner();
        escrow.settle(terms, AMOUNT, PART, DEADLINE, _sign(buyer, elsewhere), _sign(seller, elsewhere));

        bytes32 digest = _digest(id, PART);
        vm.chainId(terms.chainId + 1);
        _expectWrongSigner();
        escrow.settle(terms, AMOUNT, PART, DEADLINE, _sign(buyer, digest), _sign(seller, digest));
        digest = _digest(id, PART);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, _sign(buyer, digest), _sign(seller, digest));
        _assertState(id, 0, PART, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_C7_ContractsSettleUnderErc1271() public {
        Wallet buyers = new Wallet();
        Wallet sellers = new Wallet();
        IEscrow.Terms memory terms = _terms();
        terms.buyer = address(buyers);
        terms.seller = address(sellers);
        token.mint(address(buyers), AMOUNT);
        vm.prank(address(buyers));
        token.approve(address(escrow), AMOUNT);
        bytes32 id = _fund(terms);

        buyers.accept(_digest(id, PART), "agreed");
        _expectWrongSigner(address(0));
        escrow.settle(terms, AMOUNT, PART, DEADLINE, "agreed", "agreed");
        sellers.accept(_digest(id, PART), "agreed too");
        _expectWrongSigner(address(0));
        escrow.settle(terms, AMOUNT, PART, DEADLINE, "agreed", "agreed");
        escrow.settle(terms, AMOUNT, PART, DEADLINE, "agreed", "agreed too");
        _assertState(id, 0, PART, DELIVER_BY, IEscrow.Status.Closed);
    }

    function test_C7_AnEip7702PartySignsWithItsKey() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes32 digest = _digest(id, PART);
        // The account's code knows no ERC-1271, which would decide if code were asked before the key.
        vm.signAndAttachDelegation(address(new Refusing()), seller.privateKey);
        vm.prank(stranger.addr);
        escrow.settle(terms, AMOUNT, PART, DEADLINE, _sign(buyer, digest), _sign(seller, digest));
        assertGt(seller.addr.code.length, 0);
        _assertState(id, 0, PART, DELIVER_BY, IEscrow.Status.Closed);
    }

    /* AMOUNTS */

    function test_AllToTheSeller() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        Balances memory before = _watch(terms);
        _settle(terms, AMOUNT, AMOUNT);
        _assertLogs(_paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Settlement));
        _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
    }

    function test_AllToTheBuyer() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        Balances memory before = _watch(terms);
        _settle(terms, AMOUNT, 0);
        _assertLogs(_returned(terms, AMOUNT, 0, IEscrow.Cause.Settlement));
        _assertOut(terms, before, Out(0, 0, AMOUNT, 0));
    }

    function test_RevertWhen_TheSellersPartExceedsTheRemainder() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes32 digest = _digest(id, AMOUNT + 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.ExceedsRemainder.selector, AMOUNT + 1, AMOUNT));
        escrow.settle(terms, AMOUNT, AMOUNT + 1, DEADLINE, _sign(buyer, digest), _sign(seller, digest));
    }

    function test_RevertWhen_TheRemainderHasChanged() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 digest = _digest(_fund(terms), PART);
        vm.prank(buyer.addr);
        escrow.release(terms, 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.RemainderChanged.selector, AMOUNT, AMOUNT - 1));
        escrow.settle(terms, AMOUNT, PART, DEADLINE, _sign(buyer, digest), _sign(seller, digest));
        vm.prank(seller.addr);
        escrow.refund(terms, 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.RemainderChanged.selector, AMOUNT, AMOUNT - 2));
        escrow.settle(terms, AMOUNT, PART, DEADLINE, _sign(buyer, digest), _sign(seller, digest));
    }

    function testFuzz_LosesNoUnit(uint96 released, uint96 toSeller) public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        released = uint96(bound(released, 1, AMOUNT - 1));
        toSeller = uint96(bound(toSeller, 0, AMOUNT - released));
        vm.prank(buyer.addr);
        escrow.release(terms, released);
        Balances memory before = _balances(terms);
        _settle(terms, AMOUNT - released, toSeller);
        uint256 fee = uint256(released + toSeller) * FEE / AMOUNT - uint256(released) * FEE / AMOUNT;
        _assertOut(terms, before, Out(toSeller - fee, fee, AMOUNT - released - toSeller, 0));
        _assertState(id, 0, released + toSeller, DELIVER_BY, IEscrow.Status.Closed);
        assertEq(token.balanceOf(address(escrow)), 0);
    }

    /* STATUS */

    function test_RevertWhen_TheEscrowWasNeverFunded() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 digest = escrow.settlementDigest(escrow.idOf(terms), 0, 0, DEADLINE);
        _expectWrongStatus(IEscrow.Status.None);
        escrow.settle(terms, 0, 0, DEADLINE, _sign(buyer, digest), _sign(seller, digest));
    }

    function test_RevertWhen_Closed() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _reach(terms, IEscrow.Status.Closed);
        bytes32 digest = escrow.settlementDigest(id, 0, 0, DEADLINE);
        _expectWrongStatus(IEscrow.Status.Closed);
        escrow.settle(terms, 0, 0, DEADLINE, _sign(buyer, digest), _sign(seller, digest));
    }

    /* INSTANTS AND NATIVE COIN */

    function testFuzz_A6_SettlesExactlyUntilTheDeadline(uint40 deadline, uint40 time) public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        time = uint40(bound(time, NOW, NOW + 800 days));
        // Half of the runs at the boundary itself, where the mistakes are.
        deadline = deadline % 2 == 0 ? deadline : uint40(bound(deadline, time - 1, time + 1));
        bytes32 digest = escrow.settlementDigest(id, AMOUNT, PART, deadline);
        vm.warp(time);
        if (time > deadline) _expectExpired(deadline, time);
        escrow.settle(terms, AMOUNT, PART, deadline, _sign(buyer, digest), _sign(seller, digest));
        assertEq(escrow.stateOf(id).released, time > deadline ? 0 : PART);
    }

    function test_SettlesAfterTheTimer() public {
        Case[] memory cases = _openCases();
        for (uint256 i; i < cases.length; ++i) {
            vm.warp(NOW);
            bytes32 id = _reach(cases[i]);
            uint40 timer = _timerOf(cases[i].status);
            bytes32 digest = escrow.settlementDigest(id, AMOUNT, PART, timer + 1);
            vm.warp(timer + 1);
            escrow.settle(cases[i].terms, AMOUNT, PART, timer + 1, _sign(buyer, digest), _sign(seller, digest));
            _assertState(id, 0, PART, timer, IEscrow.Status.Closed);
        }
    }

    function test_SettlesInNativeCoin() public {
        IEscrow.Terms memory terms = _native(_terms());
        _fund(terms);
        Balances memory before = _watch(terms);
        _settle(terms, AMOUNT, PART);
        _assertOut(terms, before, Out(39_000_000, 1_000_000, 60_000_000, 0));
    }

    /* SHORTHAND */

    function _digest(bytes32 id, uint96 toSeller) private view returns (bytes32) {
        return escrow.settlementDigest(id, AMOUNT, toSeller, DEADLINE);
    }

    function _settle(IEscrow.Terms memory terms, uint96 remaining, uint96 toSeller) private {
        bytes32 digest = escrow.settlementDigest(escrow.idOf(terms), remaining, toSeller, DEADLINE);
        escrow.settle(terms, remaining, toSeller, DEADLINE, _sign(buyer, digest), _sign(seller, digest));
    }
}
