// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {Funding} from "./Funding.sol";

contract EscrowViewsTest is Funding {
    /* THE ID */

    function testFuzz_TheIdIsTheDigestThatTheOperatorSigns(IEscrow.Terms memory terms) public view {
        assertEq(escrow.idOf(terms), _idOf(terms));
    }

    function test_D2_TheIdBindsChainAndContract() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = escrow.idOf(terms);
        assertNotEq(new Escrow().idOf(terms), id);
        terms.chainId += 1;
        assertNotEq(escrow.idOf(terms), id);
    }

    /// @dev The chain splits, and this side of it gets another id.
    function test_TheIdOutlivesAChangeOfTheChainsId() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        vm.chainId(terms.chainId + 1);
        assertEq(escrow.idOf(terms), id);
        _submit(terms);
        _dispute(terms);
        vm.prank(arbiter.addr);
        escrow.resolve(terms, AMOUNT / 2, 0);
        assertEq(uint8(escrow.stateOf(id).status), uint8(IEscrow.Status.Closed));
        assertEq(token.balanceOf(address(escrow)), 0);
    }

    function test_AnEscrowTimesOutAfterAChangeOfTheChainsId() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        vm.chainId(terms.chainId + 1);
        vm.warp(DELIVER_BY + 1);
        escrow.timeout(terms);
        _assertState(id, 0, 0, DELIVER_BY, IEscrow.Status.Closed);
        assertEq(token.balanceOf(buyer.addr), 10 * AMOUNT);
    }

    /* WHAT THE ROLES SIGN */

    function testFuzz_TheDigestsAreTheRoles(bytes32 id, uint96 amount, uint96 other, uint40 deadline, bool pass)
        public
        view
    {
        bytes32 release = keccak256("Release(bytes32 id,uint96 upTo,uint40 deadline)");
        assertEq(escrow.releaseDigest(id, amount, deadline), _here(abi.encode(release, id, amount, deadline)));

        bytes32 settlement = keccak256("Settlement(bytes32 id,uint96 remaining,uint96 toSeller,uint40 deadline)");
        assertEq(
            escrow.settlementDigest(id, amount, other, deadline),
            _here(abi.encode(settlement, id, amount, other, deadline))
        );

        bytes32 verdict = keccak256("Verdict(bytes32 id,bytes32 deliverable,bool pass,bytes32 evidenceHash)");
        (bytes32 deliverable, bytes32 evidence) = (keccak256(abi.encode(amount)), keccak256(abi.encode(other)));
        assertEq(
            escrow.verdictDigest(id, deliverable, pass, evidence),
            _here(abi.encode(verdict, id, deliverable, pass, evidence))
        );
    }

    function test_D2_TheDigestsBindTheChainAsItIsAndTheContract() public {
        bytes32[3] memory here = _digests(escrow);
        bytes32[3] memory there = _digests(new Escrow());
        vm.chainId(31_338);
        bytes32[3] memory then = _digests(escrow);
        for (uint256 i; i < here.length; ++i) {
            assertNotEq(here[i], there[i]);
            assertNotEq(here[i], then[i]);
        }
    }

    /// @dev After a split a signature is good on one side only.
    function test_C1_ASignatureFromBeforeAChangeOfTheChainsIdIsVoid() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        bytes memory early = _sign(buyer, escrow.releaseDigest(id, AMOUNT, NOW));
        vm.chainId(terms.chainId + 1);
        vm.expectPartialRevert(IOperators.WrongSigner.selector);
        escrow.releaseWithSignature(terms, AMOUNT, NOW, early);

        escrow.releaseWithSignature(terms, AMOUNT, NOW, _sign(buyer, escrow.releaseDigest(id, AMOUNT, NOW)));
        assertEq(token.balanceOf(seller.addr), AMOUNT - FEE);
    }

    /* THE GOLDEN VECTORS: viem's, see `bin/vectors` */

    function test_TheIdsAreTheGoldenVectors() public {
        string memory json = vm.readFile("vectors/escrows.json");
        uint256 count;
        for (; vm.keyExistsJson(json, _at("terms", count, "")); ++count) {
            string memory name = vm.parseJsonString(json, _at("terms", count, ".name"));
            Escrow there = _escrowOf(json, _at("terms", count, ".verifyingContract"));
            IEscrow.Terms memory terms = _parseTerms(json, _at("terms", count, ".terms"));
            assertEq(_structHash(terms), vm.parseJsonBytes32(json, _at("terms", count, ".structHash")), name);
            _assertSigned(json, _at("terms", count, ""), there.idOf(terms));
        }
        assertEq(count, 8);
    }

    function test_TheDigestsAreTheGoldenVectors() public {
        string memory json = vm.readFile("vectors/escrows.json");
        uint256 count;
        for (; vm.keyExistsJson(json, _at("messages", count, "")); ++count) {
            string memory base = _at("messages", count, "");
            vm.chainId(vm.parseJsonUint(json, string.concat(base, ".chainId")));
            Escrow there = _escrowOf(json, string.concat(base, ".verifyingContract"));
            _assertSigned(json, base, _digestOf(json, base, there));
        }
        assertEq(count, 12);
    }

    /// @dev What the buyer signs for the token, which the tests of funding show to be what the contracts check.
    function test_WhatTheBuyerSignsIsTheGoldenVectors() public {
        string memory json = vm.readFile("vectors/escrows.json");
        uint256 count;
        for (; vm.keyExistsJson(json, _at("funding", count, "")); ++count) {
            string memory base = _at("funding", count, "");
            IEscrow.Terms memory terms = _parseTerms(json, string.concat(base, ".terms"));
            escrow = _escrowOf(json, string.concat(base, ".verifyingContract"));
            vm.chainId(terms.chainId);
            bytes32 separator = vm.parseJsonBytes32(json, string.concat(base, ".tokenSeparator"));
            vm.mockCall(terms.token, abi.encodeCall(IERC20Permit.DOMAIN_SEPARATOR, ()), abi.encode(separator));
            _assertSigned(json, string.concat(base, ".authorization"), _authorizationDigest(terms));
            uint256 nonce = vm.parseJsonUint(json, string.concat(base, ".permitNonce"));
            _assertSigned(json, string.concat(base, ".permit"), _permit2Digest(terms, nonce));
        }
        assertEq(count, 2);
    }

    function test_TheKeyHashIsTheGoldenVectors() public view {
        string memory json = vm.readFile("vectors/escrows.json");
        uint256 count;
        for (; vm.keyExistsJson(json, _at("keys", count, "")); ++count) {
            address owner = vm.parseJsonAddress(json, _at("keys", count, ".seller"));
            bytes32 key = vm.parseJsonBytes32(json, _at("keys", count, ".key"));
            assertEq(keccak256(abi.encode(owner, key)), vm.parseJsonBytes32(json, _at("keys", count, ".keyHash")));
        }
        assertEq(count, 3);
    }

    /* STATE */

    function test_AnIdThatWasNeverOpenedIsAllZero() public view {
        _assertState(escrow.idOf(_terms()), 0, 0, 0, IEscrow.Status.None);
        assertEq(escrow.deliverableOf(escrow.idOf(_terms())), 0);
    }

    function test_TheStateFollowsTheEscrow() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 id = _fund(terms);
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
        vm.warp(NOW + 10);
        _submit(terms);
        _assertState(id, AMOUNT, 0, NOW + 10 + REVIEW, IEscrow.Status.Submitted);
        vm.warp(NOW + 20);
        _dispute(terms);
        _assertState(id, AMOUNT, 0, NOW + 20 + RULING, IEscrow.Status.Disputed);
        vm.prank(buyer.addr);
        escrow.release(terms, 30);
        _assertState(id, AMOUNT - 30, 30, NOW + 20 + RULING, IEscrow.Status.Disputed);
        vm.prank(seller.addr);
        escrow.refund(terms, 12);
        _assertState(id, AMOUNT - 42, 30, NOW + 20 + RULING, IEscrow.Status.Disputed);
        vm.warp(NOW + 20 + RULING + 1);
        escrow.timeout(terms);
        assertEq(uint8(escrow.stateOf(id).status), uint8(IEscrow.Status.Closed));
        assertEq(escrow.stateOf(id).remaining, 0);
    }

    function test_TheStateTellsAPass() public {
        IEscrow.Terms memory terms = _verifiedExchange();
        bytes32 id = _fund(terms);
        assertFalse(escrow.stateOf(id).passed);
        _attest(terms, true);
        assertTrue(escrow.stateOf(id).passed);
        _assertState(id, AMOUNT, 0, DELIVER_BY, IEscrow.Status.Funded);
    }

    function test_TheDeliverableIsKeptForAnEvaluatorAlone() public {
        IEscrow.Terms memory terms = _evaluated();
        bytes32 id = _fund(terms);
        assertEq(escrow.deliverableOf(id), 0);
        _submit(terms);
        assertEq(escrow.deliverableOf(id), DELIVERABLE);

        terms = _terms();
        terms.nonce = 8;
        assertEq(escrow.deliverableOf(_reach(terms, IEscrow.Status.Submitted)), 0);
        terms = _verifiedExchange();
        terms.nonce = 9;
        assertEq(escrow.deliverableOf(_fund(terms)), 0);
    }

    function test_TheCreditIsWhatAnOwnerCanWithdraw() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        token.blacklist(seller.addr);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
        assertEq(escrow.creditOf(seller.addr, address(token)), AMOUNT - FEE);
        assertEq(escrow.creditOf(seller.addr, address(0)), 0);
        assertEq(escrow.creditOf(feeRecipient, address(token)), 0);

        vm.prank(seller.addr);
        escrow.withdraw(address(token), stranger.addr);
        assertEq(escrow.creditOf(seller.addr, address(token)), 0);
        assertEq(token.balanceOf(stranger.addr), AMOUNT - FEE);
    }

    function test_IsUsedTellsFundedAndCancelledNonces() public {
        assertFalse(escrow.isUsed(operator.addr, 7));
        _fund(_terms());
        assertTrue(escrow.isUsed(operator.addr, 7));
        assertFalse(escrow.isUsed(operator.addr, 6));
        assertFalse(escrow.isUsed(operator.addr, 8));
        assertFalse(escrow.isUsed(stranger.addr, 7));
        vm.prank(operator.addr);
        escrow.cancel(type(uint256).max >> 8, 1 << 255);
        assertTrue(escrow.isUsed(operator.addr, type(uint256).max));
    }

    /* DOMAIN */

    function test_TheDomainIsTheOneOfTheDigests() public {
        for (uint256 i; i < 2; ++i) {
            (
                bytes1 fields,
                string memory name,
                string memory version,
                uint256 chainId,
                address verifyingContract,
                bytes32 salt,
                uint256[] memory extensions
            ) = escrow.eip712Domain();
            assertEq(fields, hex"0f");
            assertEq(salt, 0);
            assertEq(extensions.length, 0);
            bytes32 separator =
                MessageHashUtils.toDomainSeparator(fields, name, version, chainId, verifyingContract, salt);
            IEscrow.Terms memory terms = _terms();
            terms.chainId = uint64(chainId);
            assertEq(escrow.idOf(terms), MessageHashUtils.toTypedDataHash(separator, _structHash(terms)));
            // The domain is the one of the chain as it is.
            vm.chainId(31_338);
        }
    }

    function test_APushHasTwoHundredThousandGas() public view {
        assertEq(escrow.PUSH_GAS(), 200_000);
    }

    /* SHORTHAND */

    function _here(bytes memory encoded) private view returns (bytes32) {
        return _digest(block.chainid, address(escrow), keccak256(encoded));
    }

    function _digests(Escrow of_) private view returns (bytes32[3] memory) {
        return [
            of_.releaseDigest(DELIVERABLE, 1, 2),
            of_.settlementDigest(DELIVERABLE, 1, 2, 3),
            of_.verdictDigest(DELIVERABLE, DELIVERABLE, true, 0)
        ];
    }

    /* VECTORS */

    function _at(string memory list, uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "]", rest);
    }

    /// @dev The digest is the vector's, and the signer's signature of it too.
    function _assertSigned(string memory json, string memory base, bytes32 digest) private pure {
        assertEq(digest, vm.parseJsonBytes32(json, string.concat(base, ".digest")), base);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(vm.parseJsonUint(json, ".signer.privateKey"), digest);
        assertEq(abi.encodePacked(r, s, v), vm.parseJsonBytes(json, string.concat(base, ".signature")), base);
    }

    /// @dev Our code at the address of the vector.
    function _escrowOf(string memory json, string memory path) private returns (Escrow there) {
        there = Escrow(vm.parseJsonAddress(json, path));
        vm.etch(address(there), address(escrow).code);
    }

    function _digestOf(string memory json, string memory base, Escrow there) private view returns (bytes32) {
        string memory message = string.concat(base, ".message");
        bytes32 id = vm.parseJsonBytes32(json, string.concat(message, ".id"));
        bytes32 kind = keccak256(bytes(vm.parseJsonString(json, string.concat(base, ".primaryType"))));
        if (kind == keccak256("Verdict")) {
            return there.verdictDigest(
                id,
                vm.parseJsonBytes32(json, string.concat(message, ".deliverable")),
                vm.parseJsonBool(json, string.concat(message, ".pass")),
                vm.parseJsonBytes32(json, string.concat(message, ".evidenceHash"))
            );
        }
        uint40 deadline = uint40(vm.parseJsonUint(json, string.concat(message, ".deadline")));
        if (kind == keccak256("Release")) {
            uint256 upTo = vm.parseJsonUint(json, string.concat(message, ".upTo"));
            return there.releaseDigest(id, uint96(upTo), deadline);
        }
        return there.settlementDigest(
            id,
            uint96(vm.parseJsonUint(json, string.concat(message, ".remaining"))),
            uint96(vm.parseJsonUint(json, string.concat(message, ".toSeller"))),
            deadline
        );
    }

    function _parseTerms(string memory json, string memory base) private pure returns (IEscrow.Terms memory terms) {
        string[20] memory names = [
            "chainId",
            "operator",
            "nonce",
            "fundBy",
            "requestId",
            "buyer",
            "seller",
            "arbiter",
            "evaluator",
            "token",
            "amount",
            "feeRecipient",
            "feeAmount",
            "arbiterFeeBps",
            "fallbackBps",
            "deliverBy",
            "reviewWindow",
            "rulingWindow",
            "keyHash",
            "delivery"
        ];
        uint256[20] memory words;
        for (uint256 i; i < names.length; ++i) {
            // Numbers, addresses and hashes alike: decimal, or hexadecimal of any length.
            words[i] = vm.parseUint(vm.parseJsonString(json, string.concat(base, ".", names[i])));
        }
        return abi.decode(abi.encode(words), (IEscrow.Terms));
    }
}
