// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Permit2} from "../mocks/Permit2.sol";
import {PaymentRouterTest} from "./PaymentRouterTest.sol";
import {PaymentVectors} from "./PaymentVectors.sol";

contract PaymentRouterVectorsTest is PaymentRouterTest, PaymentVectors {
    string private json = vm.readFile("vectors/payers.json");

    function test_TheBatchDigestIsTheGoldenVectors() public {
        uint256 count;
        for (; vm.keyExistsJson(json, _batch(count, "")); ++count) {
            _enter(_batch(count, ""));
            uint256 size;
            while (vm.keyExistsJson(json, _item(count, size))) ++size;
            IPaymentRouter.Payment[] memory payments = new IPaymentRouter.Payment[](size);
            for (uint256 i; i < size; ++i) {
                payments[i] = _parse(json, _item(count, i));
            }
            bytes32 digest = router.batchDigest(payments);
            assertEq(digest, vm.parseJsonBytes32(json, _batch(count, ".digest")));
            assertEq(_sign(_operatorOfVectors(), digest), vm.parseJsonBytes(json, _batch(count, ".signature")));
        }
        assertEq(count, 3);
    }

    function test_PaysUnderTheAuthorizationsOfTheGoldenVectors() public {
        assertEq(_payEach(false), 4);
    }

    function test_PaysUnderThePermitsOfTheGoldenVectors() public {
        assertEq(_payEach(true), 4);
    }

    /// @dev Pays every vector that the vectors' payer signed and whose amounts a token can have.
    function _payEach(bool byPermit2) private returns (uint256 paid) {
        address signer = vm.parseJsonAddress(json, ".signer.address");
        uint256 untouched = vm.snapshotState();
        for (uint256 i; vm.keyExistsJson(json, _relayed(i, "")); ++i) {
            IPaymentRouter.Payment memory payment = _parse(json, _relayed(i, ".payment"));
            if (payment.payer != signer) continue;
            _enter(_relayed(i, ""));
            TestToken there = _usdcAt(payment.token);
            assertEq(there.DOMAIN_SEPARATOR(), vm.parseJsonBytes32(json, _relayed(i, ".tokenSeparator")));
            there.mint(signer, payment.amount + payment.feeAmount);
            bytes memory call_ = byPermit2 ? _permit2Call(i, payment) : _authorizationCall(i, payment);
            if (byPermit2) {
                Permit2.deploy();
                vm.prank(signer);
                there.approve(PERMIT2, type(uint256).max);
            }

            vm.prank(stranger.addr);
            (bool success,) = address(router).call(call_);
            assertTrue(success, vm.parseJsonString(json, _relayed(i, ".name")));
            assertEq(there.balanceOf(payment.payee), payment.amount);
            assertEq(there.balanceOf(payment.feeRecipient), payment.feeAmount);
            ++paid;
            vm.revertToState(untouched);
        }
    }

    function _authorizationCall(uint256 index, IPaymentRouter.Payment memory payment)
        private
        view
        returns (bytes memory)
    {
        bytes memory authorization = vm.parseJsonBytes(json, _relayed(index, ".authorization.signature"));
        assertEq(_authorizationDigest(payment), vm.parseJsonBytes32(json, _relayed(index, ".authorization.digest")));
        return abi.encodeCall(router.payWithAuthorization, (payment, _operatorSignature(index), authorization));
    }

    function _permit2Call(uint256 index, IPaymentRouter.Payment memory payment) private view returns (bytes memory) {
        uint256 nonce = vm.parseJsonUint(json, _relayed(index, ".permitNonce"));
        bytes memory permit = vm.parseJsonBytes(json, _relayed(index, ".permit.signature"));
        assertEq(_permit2Digest(payment, nonce), vm.parseJsonBytes32(json, _relayed(index, ".permit.digest")));
        return abi.encodeCall(router.payWithPermit2, (payment, _operatorSignature(index), nonce, permit));
    }

    function _operatorSignature(uint256 index) private view returns (bytes memory) {
        return vm.parseJsonBytes(json, _relayed(index, ".operatorSignature"));
    }

    /// @dev The chain and the router of a vector.
    function _enter(string memory base) private {
        vm.chainId(vm.parseJsonUint(json, string.concat(base, ".chainId")));
        PaymentRouter there = PaymentRouter(vm.parseJsonAddress(json, string.concat(base, ".verifyingContract")));
        vm.etch(address(there), address(router).code);
        router = there;
    }

    function _usdcAt(address where) private returns (TestToken there) {
        vm.etch(where, address(new TestToken()).code);
        there = TestToken(where);
        there.initialize("USD Coin", "USDC");
    }

    function _batch(uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat(".batches[", vm.toString(index), "]", rest);
    }

    function _item(uint256 index, uint256 item) private pure returns (string memory) {
        return _batch(index, string.concat(".payments[", vm.toString(item), "]"));
    }

    function _relayed(uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat(".relayed[", vm.toString(index), "]", rest);
    }
}
