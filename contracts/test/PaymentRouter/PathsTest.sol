// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "forge-std/Test.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {Permit2} from "../mocks/Permit2.sol";
import {PlainToken} from "../mocks/Tokens.sol";
import {PaymentRouterTest} from "./PaymentRouterTest.sol";

/// @dev The cast on a chain with Permit2, able to pay in every way, and shorthand that takes the way as an argument.
abstract contract PathsTest is PaymentRouterTest {
    function setUp() public virtual override {
        super.setUp();
        Permit2.deploy();
        _approveAll(payer, address(token));
        _approveAll(payee, address(token));
    }

    function _approveAll(address owner, address token_) internal {
        vm.startPrank(owner);
        PlainToken(token_).approve(address(router), type(uint256).max);
        PlainToken(token_).approve(PERMIT2, type(uint256).max);
        vm.stopPrank();
    }

    /// @dev A payment in `odd`, which the payer has enough of and can send in every way.
    function _fundAll(PlainToken odd) internal returns (IPaymentRouter.Payment memory payment) {
        payment = _fund(odd);
        _approveAll(payer, address(odd));
    }

    /// @dev Signed by the operator and the payer; sent by the payer, or by a stranger where that is possible.
    function _payBy(Path path, IPaymentRouter.Payment memory payment) internal {
        bytes memory call_ = _callOf(path, payment, operator, _keyOf(payment));
        _send(_senderOf(path, payment), call_);
    }

    /// @dev The same, for a payment that must fail with exactly `revertData`.
    function _expectRevertBy(Path path, IPaymentRouter.Payment memory payment, bytes memory revertData) internal {
        _expectRevertOf(_senderOf(path, payment), _callOf(path, payment, operator, _keyOf(payment)), revertData);
    }

    function _expectRevertOf(address sender, bytes memory call_, bytes memory revertData) internal {
        vm.prank(sender);
        (bool paid, bytes memory reason) = address(router).call(call_);
        assertFalse(paid, "paid");
        assertEq(reason, revertData);
    }

    /// @dev Calls the router; a failure's reason becomes the test's.
    function _send(address sender, bytes memory call_) internal {
        vm.prank(sender);
        (bool paid, bytes memory reason) = address(router).call(call_);
        if (paid) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    function _senderOf(Path path, IPaymentRouter.Payment memory payment) internal view returns (address) {
        if (_isRelayed(path)) return stranger.addr;
        return payment.payer == address(0) ? payer : payment.payer;
    }

    /// @dev The key of the payer: of the default payment's, or of the default refund's.
    function _keyOf(IPaymentRouter.Payment memory payment) internal view returns (Vm.Wallet memory) {
        return payment.payer == payee ? payeeKey : payerKey;
    }

    /// @dev The default payment was paid, by the payer and nobody else, and nothing stayed on the way.
    function _assertPaid(address token_, uint256 payerBefore) internal view {
        assertEq(PlainToken(token_).balanceOf(payer), payerBefore - AMOUNT - FEE);
        assertEq(PlainToken(token_).balanceOf(payee), AMOUNT);
        assertEq(PlainToken(token_).balanceOf(feeRecipient), FEE);
        assertEq(PlainToken(token_).balanceOf(address(router)), 0);
        assertTrue(router.isUsed(operator.addr, NONCE));
    }
}
