// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {PlainToken} from "../mocks/Tokens.sol";
import {SymbolicTest} from "./Symbolic.sol";

/// @dev From every state of the router, and not only from those that calls can reach: its storage is symbolic.
contract PaymentRouterSymbolicTest is SymbolicTest {
    PaymentRouter private router;
    PlainToken private token;

    function setUp() public {
        router = new PaymentRouter();
        token = new PlainToken();
        HALMOS.enableSymbolicStorage(address(router));
        HALMOS.enableSymbolicStorage(address(token));
    }

    /// @dev The cap of 20 % of all that the payer pays is a quarter of what the payee gets:
    /// fee * 10_000 <= (amount + fee) * 2_000 exactly when fee <= amount / 4. With it comes a wei that a payment in tokens
    /// does not take, which is what the router looks at next: so it says of every payment whether the fee was in order. Amounts from
    /// 2^128 on, which no token has, the solvers do not decide; those are fuzzed.
    /// @custom:halmos --solver-command tools/solver
    function check_R6_TheFeeIsCappedExactly(IPaymentRouter.Payment calldata payment, Signature calldata signature)
        public
    {
        vm.assume(payment.parent == 0 && payment.token != address(0) && payment.amount <= type(uint128).max);
        try router.pay{value: 1}(payment, _bytes(signature)) {
            assert(false);
        } catch (bytes memory reason) {
            if (bytes4(reason) == IPaymentRouter.FeeTooHigh.selector) assert(payment.feeAmount > payment.amount / 4);
            if (bytes4(reason) == IFunds.WrongValue.selector) assert(payment.feeAmount <= payment.amount / 4);
        }
    }

    function check_R2_AUsedNonceDoesNotPay(
        IPaymentRouter.Payment calldata payment,
        Signature calldata signature,
        uint256 value
    ) public {
        vm.assume(router.isUsed(payment.operator, payment.nonce));
        bytes memory data = abi.encodeCall(PaymentRouter.pay, (payment, _bytes(signature)));
        assert(!_call(payment.payer, address(router), value, data));
    }

    function check_R7_NothingIsPaidAfterTheDeadline(
        IPaymentRouter.Payment calldata payment,
        Signature calldata signature,
        uint64 time,
        uint256 value
    ) public {
        vm.assume(time > payment.deadline);
        vm.warp(time);
        bytes memory data = abi.encodeCall(PaymentRouter.pay, (payment, _bytes(signature)));
        assert(!_call(payment.payer, address(router), value, data));
    }

    function check_R4_ANamedPayerAlonePays(
        IPaymentRouter.Payment calldata payment,
        Signature calldata signature,
        address sender,
        uint256 value
    ) public {
        vm.assume(payment.payer != address(0) && sender != payment.payer);
        bytes memory data = abi.encodeCall(PaymentRouter.pay, (payment, _bytes(signature)));
        assert(!_call(sender, address(router), value, data));
    }

    function check_SettingASignerChangesNoOther(
        address sender,
        address signer,
        uint48 until,
        address operator,
        address other,
        uint256 nonce
    ) public {
        vm.assume(operator != sender || other != signer);
        uint48 untilBefore = router.signerUntil(operator, other);
        bool signerBefore = router.isSigner(operator, other);
        bool usedBefore = router.isUsed(operator, nonce);

        vm.prank(sender);
        router.setSigner(signer, until);

        assert(router.signerUntil(operator, other) == untilBefore);
        assert(router.isSigner(operator, other) == signerBefore);
        assert(router.isUsed(operator, nonce) == usedBefore);
    }

    function check_CancelUsesExactlyTheNoncesOfItsMask(
        address sender,
        uint256 word,
        uint256 mask,
        address operator,
        uint256 nonce
    ) public {
        bool before = router.isUsed(operator, nonce);
        bool meant = operator == sender && nonce >> 8 == word && (mask >> (nonce & 0xff)) & 1 == 1;

        vm.prank(sender);
        router.cancel(word, mask);

        assert(router.isUsed(operator, nonce) == (before || meant));
    }

    function check_NoCallFreesANonce(address sender, address operator, uint256 nonce, uint256 value) public {
        vm.assume(router.isUsed(operator, nonce));
        _call(sender, address(router), value, HALMOS.createCalldata("PaymentRouter"));
        assert(router.isUsed(operator, nonce));
    }
}
