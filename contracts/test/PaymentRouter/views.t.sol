// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {PaymentRouterTest} from "./PaymentRouterTest.sol";
import {PaymentVectors} from "./PaymentVectors.sol";

contract PaymentRouterViewsTest is PaymentRouterTest, PaymentVectors {
    /* DIGEST */

    /// @dev viem's digests and signatures, see `bin/vectors`: the digest is equal, and the signer's signature of it too.
    function test_TheDigestIsTheGoldenVectors() public {
        string memory json = vm.readFile("vectors/payments.json");
        uint256 privateKey = vm.parseJsonUint(json, ".signer.privateKey");
        uint256 count;
        for (; vm.keyExistsJson(json, _path(count, "")); ++count) {
            string memory name = vm.parseJsonString(json, _path(count, ".name"));
            PaymentRouter there = PaymentRouter(vm.parseJsonAddress(json, _path(count, ".verifyingContract")));
            vm.etch(address(there), address(router).code);
            vm.chainId(vm.parseJsonUint(json, _path(count, ".chainId")));

            bytes32 digest = there.digest(_parse(json, _path(count, ".payment")));
            assertEq(digest, vm.parseJsonBytes32(json, _path(count, ".digest")), name);
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
            assertEq(abi.encodePacked(r, s, v), vm.parseJsonBytes(json, _path(count, ".signature")), name);
        }
        assertEq(count, 8);
    }

    function test_D2_TheDigestBindsChainAndRouter() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes32 digest = router.digest(payment);
        assertNotEq(digest, new PaymentRouter().digest(payment));
        vm.chainId(block.chainid + 1);
        assertNotEq(digest, router.digest(payment));
    }

    /* NONCES */

    function test_IsUsedTellsPaidAndCancelledNonces() public {
        assertFalse(router.isUsed(operator.addr, NONCE));
        _pay(_payment());
        assertTrue(router.isUsed(operator.addr, NONCE));

        assertFalse(router.isUsed(operator.addr, type(uint256).max));
        vm.prank(operator.addr);
        router.cancel(type(uint256).max >> 8, 1 << 255);
        assertTrue(router.isUsed(operator.addr, type(uint256).max));

        assertFalse(router.isUsed(operator.addr, NONCE - 1));
        assertFalse(router.isUsed(operator.addr, NONCE + 1));
        assertFalse(router.isUsed(stranger.addr, NONCE));
    }

    /* SIGNERS */

    function test_TheOperatorIsItsOwnSigner() public view {
        assertTrue(router.isSigner(operator.addr, operator.addr));
        assertFalse(router.isSigner(operator.addr, stranger.addr));
    }

    function testFuzz_A6_ADelegateSignsExactlyUntilItsLastSecond(uint48 until, uint256 time) public {
        time = bound(time, 1, type(uint64).max);
        if (time % 2 == 0) time = bound(time, until == 0 ? 1 : until, uint256(until) + 1);
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, until);
        vm.warp(time);
        assertEq(router.isSigner(operator.addr, delegate.addr), time <= until);
    }

    function test_TheZeroAddressIsNoSigner() public view {
        assertFalse(router.isSigner(address(0), address(0)));
        assertFalse(router.isSigner(operator.addr, address(0)));
    }

    function test_SignerUntilTellsTheLastSecond() public {
        assertEq(router.signerUntil(operator.addr, delegate.addr), 0);
        uint48 until = uint48(NOW + 60);
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, until);
        vm.warp(NOW + 61);
        assertEq(router.signerUntil(operator.addr, delegate.addr), until);
    }

    /* DOMAIN */

    function test_TheDomainIsTheOneOfTheDigest() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = router.eip712Domain();
        assertEq(fields, hex"0f");
        assertEq(salt, 0);
        assertEq(extensions.length, 0);

        bytes32 separator = MessageHashUtils.toDomainSeparator(fields, name, version, chainId, verifyingContract, salt);
        bytes32 typeHash = keccak256(
            "Payment(address operator,bytes32 requestId,bytes32 parent,address payer,address payee,address token,uint256 amount,address feeRecipient,uint256 feeAmount,uint256 nonce,uint256 deadline)"
        );
        IPaymentRouter.Payment memory payment = _payment();
        bytes32 structHash = keccak256(abi.encode(typeHash, payment));
        assertEq(router.digest(payment), MessageHashUtils.toTypedDataHash(separator, structHash));
    }

    function test_TheFeeCapIsTwentyPercent() public view {
        assertEq(router.MAX_FEE_BPS(), 2000);
    }

    /* VECTORS */

    function _path(uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat(".vectors[", vm.toString(index), "]", rest);
    }
}
