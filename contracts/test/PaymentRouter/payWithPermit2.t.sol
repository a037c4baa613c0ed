// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {Refusing, SelfSigned, Wallet} from "../mocks/Accounts.sol";
import {IPermit2Views} from "../mocks/Permit2.sol";
import {LyingToken, TaxToken} from "../mocks/Tokens.sol";
import {PathsTest} from "./PathsTest.sol";

/// @dev Against the code that is on the chains. `TRANSFER_FROM_FAILED` is all that it says of a token's failure.
contract PaymentRouterPayWithPermit2Test is PathsTest {
    bytes private constant TRANSFER_FROM_FAILED = abi.encodeWithSignature("Error(string)", "TRANSFER_FROM_FAILED");
    bytes private constant INVALID_SIGNER = abi.encodeWithSignature("InvalidSigner()");
    bytes private constant INVALID_NONCE = abi.encodeWithSignature("InvalidNonce()");
    bytes private constant INVALID_CONTRACT_SIGNATURE = abi.encodeWithSignature("InvalidContractSignature()");

    function setUp() public override {
        super.setUp();
        // Permit2 alone is to move anything.
        vm.prank(payer);
        token.approve(address(router), 0);
    }

    function test_AnyoneRelaysAPermit2Transfer() public {
        address[3] memory senders = [stranger.addr, payer, payee];
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < senders.length; ++i) {
            uint256 before = token.balanceOf(payer);
            IPaymentRouter.Payment memory payment = _payment();
            bytes memory call_ = _callOf(Path.Permit2, payment, operator, payerKey);
            vm.expectCall(address(token), abi.encodeCall(token.transferFrom, (payer, payee, AMOUNT)));
            vm.expectCall(address(token), abi.encodeCall(token.transferFrom, (payer, feeRecipient, FEE)));
            _expectRouted(payment, payer);
            _send(senders[i], call_);
            _assertPaid(address(token), before);
            uint256 nonce = _permit2Nonce(payment);
            assertEq(IPermit2Views(PERMIT2).nonceBitmap(payer, nonce >> 8), 1 << (nonce & 0xff));
            vm.revertToState(untouched);
        }
    }

    function test_PaysAPermit2TransferWithoutAFee() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.feeRecipient = address(0);
        payment.feeAmount = 0;
        uint256 before = token.balanceOf(payer);
        bytes memory call_ = _callOf(Path.Permit2, payment, operator, payerKey);
        _expectRouted(payment, payer);
        _send(stranger.addr, call_);
        assertEq(token.balanceOf(payer), before - AMOUNT);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function test_RefundUnderAPermit2Transfer() public {
        token.mint(payee, AMOUNT);
        uint256 before = token.balanceOf(payer);
        IPaymentRouter.Payment memory refund = _refund();
        bytes memory call_ = _callOf(Path.Permit2, refund, operator, payeeKey);
        _expectRouted(refund, payee);
        _send(stranger.addr, call_);
        assertEq(token.balanceOf(payer), before + AMOUNT);
        assertEq(token.balanceOf(payee), 0);
    }

    /* PAYER */

    function test_C5_RevertWhen_AnOpenPaymentComesWithPermit2() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.payer = address(0);
        bytes memory call_ = _callOf(Path.Permit2, payment, operator, payerKey);
        _expectRevertOf(payer, call_, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
    }

    function test_RevertWhen_ThePermit2OwnerIsTheRouter() public {
        token.mint(address(router), AMOUNT + FEE);
        IPaymentRouter.Payment memory payment = _payment();
        payment.payer = address(router);
        // Permit2 asks the router under ERC-1271, which it does not know.
        _expectRevertBy(Path.Permit2, payment, "");
    }

    function test_C7_PaysUnderThePermit2SignatureOfAContractWallet() public {
        (Wallet wallet, IPaymentRouter.Payment memory payment) = _walletPayment();
        wallet.accept(_permit2Digest(payment, 5), "agreed");
        bytes memory call_ = _callWith(payment, 5, "agreed");
        _expectRouted(payment, address(wallet));
        _send(stranger.addr, call_);
        assertEq(token.balanceOf(address(wallet)), 0);
        assertEq(token.balanceOf(payee), AMOUNT);
        assertEq(token.balanceOf(feeRecipient), FEE);
    }

    function test_C7_RevertWhen_TheWalletRefusesThePermit2Signature() public {
        (Wallet wallet, IPaymentRouter.Payment memory payment) = _walletPayment();
        wallet.accept(_permit2Digest(payment, 5), "agreed");
        bytes memory signature = _sign(operator, payment);
        bytes memory refused = abi.encodeCall(router.payWithPermit2, (payment, signature, 5, "refused"));
        _expectRevertOf(stranger.addr, refused, INVALID_CONTRACT_SIGNATURE);
        // Another nonce is another digest.
        bytes memory other = abi.encodeCall(router.payWithPermit2, (payment, signature, 6, "agreed"));
        _expectRevertOf(stranger.addr, other, INVALID_CONTRACT_SIGNATURE);
    }

    function test_C7_Permit2AsksTheCodeOfAnEip7702Payer() public {
        IPaymentRouter.Payment memory payment = _payment();
        _delegatePayer(address(new Refusing()));
        _expectRevertBy(Path.Permit2, payment, abi.encodeWithSelector(Refusing.Refused.selector));

        _delegatePayer(address(new SelfSigned()));
        uint256 before = token.balanceOf(payer);
        _payBy(Path.Permit2, payment);
        _assertPaid(address(token), before);
    }

    /* PERMIT */

    function test_PaysUnderACompactPermit2Signature() public {
        IPaymentRouter.Payment memory payment = _payment();
        (bytes32 r, bytes32 vs) = vm.signCompact(payerKey.privateKey, _permit2Digest(payment, 5));
        _send(stranger.addr, _callWith(payment, 5, abi.encodePacked(r, vs)));
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    /// @dev The operator signs for anybody, so it could sign this payer up for any payment: the payer has agreed to one.
    function test_D1_RevertWhen_TheWitnessIsAnotherPayment() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory permit = _sign(payerKey, _permit2Digest(payment, 5));
        IPaymentRouter.Payment[8] memory others;
        for (uint256 i; i < others.length; ++i) {
            others[i] = _payment();
        }
        others[0].requestId = keccak256("another snapshot");
        others[1].payee = stranger.addr;
        others[2].amount -= 1;
        others[3].feeRecipient = stranger.addr;
        others[4].feeAmount -= 1;
        others[5].nonce += 1;
        others[6].deadline += 1;
        others[7].parent = keccak256("snapshot of an earlier payment");
        others[7].feeRecipient = address(0);
        others[7].feeAmount = 0;
        for (uint256 i; i < others.length; ++i) {
            _expectInvalidSigner(_callWith(others[i], 5, permit));
            // Whatever else of the permit fits: it is the witness that differs.
            bytes32 digest = _permit2Digest(others[i], payment, address(router), 5, others[i].deadline);
            _expectInvalidSigner(_callWith(others[i], 5, _sign(payerKey, digest)));
        }

        IPaymentRouter.Payment memory other = _payment();
        other.operator = stranger.addr;
        bytes memory signature = _sign(stranger, other);
        _expectInvalidSigner(abi.encodeCall(router.payWithPermit2, (other, signature, 5, permit)));
        other = _payment();
        other.payer = payeeKey.addr;
        other.payee = payer;
        _expectInvalidSigner(_callWith(other, 5, permit));
        other = _payment();
        other.token = address(new LyingToken());
        _expectInvalidSigner(_callWith(other, 5, permit));
        _send(stranger.addr, _callWith(payment, 5, permit));
    }

    function test_RevertWhen_ThePermit2TransferIsAnother() public {
        IPaymentRouter.Payment memory p = _payment();
        IPaymentRouter.Payment[4] memory terms = [_payment(), _payment(), _payment(), _payment()];
        terms[0].amount += 1;
        terms[1].feeAmount += 1;
        terms[2].feeAmount = 0;
        terms[3].token = payee;
        for (uint256 i; i < terms.length; ++i) {
            bytes32 digest = _permit2Digest(terms[i], p, address(router), 5, p.deadline);
            _expectInvalidSigner(_callWith(p, 5, _sign(payerKey, digest)));
        }
        bytes32[4] memory digests = [
            _permit2Digest(p, p, stranger.addr, 5, p.deadline),
            _permit2Digest(p, p, payee, 5, p.deadline),
            _permit2Digest(p, p, address(router), 6, p.deadline),
            _permit2Digest(p, p, address(router), 5, p.deadline + 1)
        ];
        for (uint256 i; i < digests.length; ++i) {
            _expectInvalidSigner(_callWith(p, 5, _sign(payerKey, digests[i])));
        }
        _expectInvalidSigner(_callWith(p, 5, _sign(stranger, _permit2Digest(p, 5))));
        // And the right one, so that nothing else was wrong with these.
        _send(stranger.addr, _callWith(p, 5, _sign(payerKey, _permit2Digest(p, 5))));
    }

    function test_D1_RevertWhen_AnyBitOfThePermit2SignatureIsFlipped() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory permit = _sign(payerKey, _permit2Digest(payment, 5));
        for (uint256 bit; bit < 65 * 8; ++bit) {
            bytes1 original = permit[bit / 8];
            permit[bit / 8] = original ^ bytes1(uint8(1 << (bit % 8)));
            _expectFailure(_callWith(payment, 5, permit));
            permit[bit / 8] = original;
        }
        for (uint256 bit; bit < 256; ++bit) {
            _expectFailure(_callWith(payment, 5 ^ (1 << bit), permit));
        }
        _expectFailure(_callWith(payment, 5, bytes.concat(permit, hex"00")));
        _expectFailure(_callWith(payment, 5, ""));
        _send(stranger.addr, _callWith(payment, 5, permit));
    }

    function test_A6_APermit2TransferIsGoodUntilTheDeadline() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory call_ = _callOf(Path.Permit2, payment, operator, payerKey);
        vm.warp(payment.deadline + 1);
        _expectRevertOf(
            stranger.addr,
            call_,
            abi.encodeWithSelector(IPaymentRouter.Expired.selector, payment.deadline, payment.deadline + 1)
        );
        vm.warp(payment.deadline);
        _send(stranger.addr, call_);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function test_A6_PaysAPermit2TransferWithoutADeadline() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.deadline = type(uint256).max;
        _payBy(Path.Permit2, payment);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function test_RevertWhen_ThePermit2NonceIsUsed() public {
        IPaymentRouter.Payment memory payment = _payment();
        _send(stranger.addr, _callWith(payment, 5, _sign(payerKey, _permit2Digest(payment, 5))));
        payment.nonce += 1;
        bytes memory call_ = _callWith(payment, 5, _sign(payerKey, _permit2Digest(payment, 5)));
        _expectRevertOf(stranger.addr, call_, INVALID_NONCE);
        assertFalse(router.isUsed(operator.addr, NONCE + 1));
        _send(stranger.addr, _callWith(payment, 6, _sign(payerKey, _permit2Digest(payment, 6))));
    }

    function test_RevertWhen_ThePayerInvalidatedThePermit2Nonce() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory call_ = _callOf(Path.Permit2, payment, operator, payerKey);
        uint256 nonce = _permit2Nonce(payment);
        vm.prank(payer);
        (bool invalidated,) = PERMIT2.call(
            abi.encodeWithSignature("invalidateUnorderedNonces(uint256,uint256)", nonce >> 8, 1 << (nonce & 0xff))
        );
        assertTrue(invalidated);
        _expectRevertOf(stranger.addr, call_, INVALID_NONCE);
    }

    function test_A10_RevertWhen_APermit2TransferIsReplayed() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory call_ = _callOf(Path.Permit2, payment, operator, payerKey);
        _send(stranger.addr, call_);
        _expectRevertOf(
            stranger.addr, call_, abi.encodeWithSelector(IOperators.NonceUsed.selector, operator.addr, NONCE)
        );
    }

    /* TOKEN */

    function test_RevertWhen_TheAllowanceForPermit2IsShort() public {
        vm.startPrank(payer);
        token.approve(address(router), type(uint256).max);
        token.approve(PERMIT2, AMOUNT + FEE - 1);
        vm.stopPrank();
        _expectRevertBy(Path.Permit2, _payment(), TRANSFER_FROM_FAILED);
    }

    function test_A4_RevertWhen_Permit2DeliversLess() public {
        _expectRevertBy(
            Path.Permit2,
            _fundAll(new TaxToken()),
            abi.encodeWithSelector(IFunds.InexactTransfer.selector, AMOUNT, AMOUNT - AMOUNT / 100)
        );
        _expectRevertBy(
            Path.Permit2, _fundAll(new LyingToken()), abi.encodeWithSelector(IFunds.InexactTransfer.selector, AMOUNT, 0)
        );
    }

    function test_C4_RevertWhen_APartyToAPermit2TransferIsBlacklisted() public {
        IPaymentRouter.Payment memory payment = _payment();
        address[4] memory parties = [payer, payee, feeRecipient, PERMIT2];
        for (uint256 i; i < parties.length; ++i) {
            token.blacklist(parties[i]);
            _expectRevertBy(Path.Permit2, payment, TRANSFER_FROM_FAILED);
            token.unBlacklist(parties[i]);
        }
        // A refusal uses up nothing, neither here nor in Permit2.
        _payBy(Path.Permit2, payment);
    }

    function test_C2_RevertWhen_TheTokenOfAPermit2TransferHasNoCode() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = makeAddr("no token here");
        _expectRevertBy(Path.Permit2, payment, "");
    }

    function test_RevertWhen_TheChainHasNoPermit2() public {
        vm.etch(PERMIT2, "");
        _expectRevertBy(Path.Permit2, _payment(), "");
    }

    /* SHORTHAND */

    function _callWith(IPaymentRouter.Payment memory payment, uint256 nonce, bytes memory permit)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(router.payWithPermit2, (payment, _sign(operator, payment), nonce, permit));
    }

    function _expectInvalidSigner(bytes memory call_) private {
        _expectRevertOf(stranger.addr, call_, INVALID_SIGNER);
    }

    function _expectFailure(bytes memory call_) private {
        vm.prank(stranger.addr);
        (bool paid,) = address(router).call(call_);
        assertFalse(paid);
    }

    function _walletPayment() private returns (Wallet wallet, IPaymentRouter.Payment memory payment) {
        wallet = new Wallet();
        token.mint(address(wallet), AMOUNT + FEE);
        vm.prank(address(wallet));
        token.approve(PERMIT2, AMOUNT + FEE);
        payment = _payment();
        payment.payer = address(wallet);
    }

    function _delegatePayer(address code) private {
        vm.signAndAttachDelegation(code, payerKey.privateKey);
        vm.prank(stranger.addr);
        token.approve(address(router), 0);
        assertGt(payer.code.length, 0);
    }
}
