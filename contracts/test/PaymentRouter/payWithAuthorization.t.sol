// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Reentrant, Refusing, SelfSigned, Wallet} from "../mocks/Accounts.sol";
import {
    AuthorizedToken,
    CallbackToken,
    CodeFirstToken,
    CountingNonceToken,
    LyingToToken,
    PhantomToken,
    TaxToken
} from "../mocks/Tokens.sol";
import {PathsTest} from "./PathsTest.sol";

contract PaymentRouterPayWithAuthorizationTest is PathsTest {
    uint256 private constant TOTAL = AMOUNT + FEE;

    function setUp() public override {
        super.setUp();
        // The authorization alone is to move anything.
        vm.prank(payer);
        token.approve(address(router), 0);
    }

    function test_AnyoneRelaysAnAuthorization() public {
        address[3] memory senders = [stranger.addr, payer, payee];
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < senders.length; ++i) {
            uint256 before = token.balanceOf(payer);
            IPaymentRouter.Payment memory payment = _payment();
            bytes memory call_ = _callOf(Path.Authorization, payment, operator, payerKey);
            _expectRouted(payment, payer);
            _send(senders[i], call_);
            _assertPaid(address(token), before);
            assertTrue(token.authorizationState(payer, router.digest(payment)));
            vm.revertToState(untouched);
        }
    }

    function test_PaysAnAuthorizationWithoutAFee() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.feeRecipient = address(0);
        payment.feeAmount = 0;
        uint256 before = token.balanceOf(payer);
        bytes memory call_ = _callOf(Path.Authorization, payment, operator, payerKey);
        _expectRouted(payment, payer);
        _send(stranger.addr, call_);
        assertEq(token.balanceOf(payer), before - AMOUNT);
        assertEq(token.balanceOf(payee), AMOUNT);
        assertEq(token.balanceOf(address(router)), 0);
    }

    function test_RefundUnderAnAuthorization() public {
        token.mint(payee, AMOUNT);
        uint256 before = token.balanceOf(payer);
        IPaymentRouter.Payment memory refund = _refund();
        bytes memory call_ = _callOf(Path.Authorization, refund, operator, payeeKey);
        _expectRouted(refund, payee);
        _send(stranger.addr, call_);
        assertEq(token.balanceOf(payer), before + AMOUNT);
        assertEq(token.balanceOf(payee), 0);
    }

    /* PAYER */

    function test_C5_RevertWhen_AnOpenPaymentComesWithAnAuthorization() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.payer = address(0);
        bytes memory call_ = _callOf(Path.Authorization, payment, operator, payerKey);
        _expectRevertOf(payer, call_, abi.encodeWithSelector(IOperators.ZeroAddress.selector));
    }

    function test_RevertWhen_TheAuthorizationIsTheRouters() public {
        token.mint(address(router), TOTAL);
        IPaymentRouter.Payment memory payment = _payment();
        payment.payer = address(router);
        bytes memory call_ = _callOf(Path.Authorization, payment, operator, payerKey);
        _expectRevertOf(stranger.addr, call_, _invalidSignature());
    }

    function test_C7_PaysUnderTheAuthorizationOfAContractWallet() public {
        bytes[3] memory accepted = [bytes("agreed"), "", new bytes(130)];
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < accepted.length; ++i) {
            _payFromWallet(accepted[i]);
            vm.revertToState(untouched);
        }
    }

    function test_C7_PaysUnder65BytesThatAContractWalletAccepts() public {
        // Not a signature of any key: the last byte is no recovery id.
        _payFromWallet(abi.encodePacked(keccak256("r"), keccak256("s"), uint8(1)));
    }

    function test_C7_RevertWhen_TheContractWalletRefuses() public {
        (Wallet wallet, IPaymentRouter.Payment memory payment) = _walletPayment();
        wallet.accept(_authorizationDigest(payment), "agreed");
        bytes memory signature = _sign(operator, payment);
        _expectInvalid(abi.encodeCall(router.payWithAuthorization, (payment, signature, "refused")));
        // Evaluated when it is paid, not when it was signed.
        wallet.accept(0, "");
        _expectInvalid(abi.encodeCall(router.payWithAuthorization, (payment, signature, "agreed")));
    }

    function test_C7_RevertWhen_TheTokenHasNoFormForContractWallets() public {
        AuthorizedToken odd = new AuthorizedToken();
        (Wallet wallet, IPaymentRouter.Payment memory payment) = _walletPayment();
        payment.token = address(odd);
        odd.mint(address(wallet), TOTAL);
        wallet.accept(_authorizationDigest(payment), "agreed");
        bytes memory call_ = abi.encodeCall(router.payWithAuthorization, (payment, _sign(operator, payment), "agreed"));
        _expectRevertOf(stranger.addr, call_, "");
    }

    function test_C7_PaysUnderTheAuthorizationOfAnEip7702Payer() public {
        _delegatePayer(address(new Refusing()));
        uint256 before = token.balanceOf(payer);
        _payBy(Path.Authorization, _payment());
        _assertPaid(address(token), before);
    }

    function test_C7_ATokenThatAsksTheCodeDecidesForAnEip7702Payer() public {
        CodeFirstToken odd = new CodeFirstToken();
        IPaymentRouter.Payment memory payment = _fund(odd);
        _delegatePayer(address(new Refusing()));
        _expectRevertBy(Path.Authorization, payment, abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));

        _delegatePayer(address(new SelfSigned()));
        _payBy(Path.Authorization, payment);
        _assertPaid(address(odd), TOTAL);
    }

    /* AUTHORIZATION */

    function test_RevertWhen_TheAuthorizationIsAnother() public {
        IPaymentRouter.Payment memory p = _payment();
        bytes32 nonce = router.digest(p);
        address to = address(router);
        string memory verb = "ReceiveWithAuthorization";
        bytes32[9] memory digests = [
            _authorizationDigest(verb, p, to, TOTAL - 1, p.deadline + 1, nonce),
            _authorizationDigest(verb, p, to, TOTAL + 1, p.deadline + 1, nonce),
            _authorizationDigest(verb, p, to, AMOUNT, p.deadline + 1, nonce),
            _authorizationDigest(verb, p, payee, TOTAL, p.deadline + 1, nonce),
            _authorizationDigest(verb, p, to, TOTAL, p.deadline, nonce),
            _authorizationDigest(verb, p, to, TOTAL, type(uint256).max, nonce),
            _authorizationDigest(verb, p, to, TOTAL, p.deadline + 1, _structHash(p)),
            _authorizationDigest(verb, p, to, TOTAL, p.deadline + 1, p.requestId),
            _authorizationDigest("TransferWithAuthorization", p, to, TOTAL, p.deadline + 1, nonce)
        ];
        for (uint256 i; i < digests.length; ++i) {
            _expectInvalid(_callWith(p, _sign(payerKey, digests[i])));
        }
        _expectInvalid(_callWith(p, _authorize(stranger, p)));
        // And the right one, so that nothing else was wrong with these.
        _send(stranger.addr, _callWith(p, _authorize(payerKey, p)));
    }

    /// @dev The operator signs for anybody, so it could sign this payer up for any payment: the payer has agreed to one.
    function test_D1_RevertWhen_TheAuthorizationIsForAnotherPayment() public {
        bytes memory authorization = _authorize(payerKey, _payment());
        IPaymentRouter.Payment[8] memory others;
        for (uint256 i; i < others.length; ++i) {
            others[i] = _payment();
        }
        others[0].requestId = keccak256("another snapshot");
        others[1].payee = stranger.addr;
        // The same total, divided otherwise.
        others[2].amount -= 1;
        others[2].feeAmount += 1;
        others[3].feeRecipient = stranger.addr;
        others[4].nonce += 1;
        others[5].deadline += 1;
        others[6].parent = keccak256("snapshot of an earlier payment");
        others[6].amount = TOTAL;
        others[6].feeRecipient = address(0);
        others[6].feeAmount = 0;
        others[7].payer = payeeKey.addr;
        others[7].payee = payer;
        for (uint256 i; i < others.length; ++i) {
            _expectInvalid(_callWith(others[i], authorization));
        }

        IPaymentRouter.Payment memory other = _payment();
        other.operator = stranger.addr;
        _expectInvalid(abi.encodeCall(router.payWithAuthorization, (other, _sign(stranger, other), authorization)));
        other = _payment();
        other.token = address(_fund(new CodeFirstToken()).token);
        _expectRevertOf(
            stranger.addr,
            _callWith(other, authorization),
            abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector)
        );
        _send(stranger.addr, _callWith(_payment(), authorization));
    }

    function test_D1_RevertWhen_AnyBitOfTheAuthorizationIsFlipped() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory authorization = _authorize(payerKey, payment);
        for (uint256 bit; bit < 65 * 8; ++bit) {
            bytes1 original = authorization[bit / 8];
            authorization[bit / 8] = original ^ bytes1(uint8(1 << (bit % 8)));
            _expectInvalid(_callWith(payment, authorization));
            authorization[bit / 8] = original;
        }
        _expectInvalid(_callWith(payment, bytes.concat(authorization, hex"00")));
        (bytes32 r, bytes32 vs) = vm.signCompact(payerKey.privateKey, _authorizationDigest(payment));
        _expectInvalid(_callWith(payment, abi.encodePacked(r, vs)));
        _send(stranger.addr, _callWith(payment, authorization));
    }

    function test_RevertWhen_ThePayerCancelledTheAuthorization() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes32 nonce = router.digest(payment);
        bytes32 structHash =
            keccak256(abi.encode(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), payer, nonce));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
        token.cancelAuthorization(payer, nonce, _sign(payerKey, digest));
        _expectRevertBy(
            Path.Authorization,
            payment,
            abi.encodeWithSelector(TestToken.AuthorizationUsedOrCanceled.selector, payer, nonce)
        );
    }

    function test_A6_AnAuthorizationIsGoodUntilTheDeadline() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory call_ = _callOf(Path.Authorization, payment, operator, payerKey);
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

    function test_A6_PaysAnAuthorizationWithoutADeadline() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.deadline = type(uint256).max;
        _payBy(Path.Authorization, payment);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    function test_A10_RevertWhen_AnAuthorizationIsReplayed() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory call_ = _callOf(Path.Authorization, payment, operator, payerKey);
        _send(stranger.addr, call_);
        _expectRevertOf(
            stranger.addr, call_, abi.encodeWithSelector(IOperators.NonceUsed.selector, operator.addr, NONCE)
        );
        // The operator signs the unit again: the payer's authorization was for the first.
        payment.requestId = keccak256("another snapshot of the same unit");
        payment.nonce += 1;
        _expectInvalid(_callWith(payment, _authorize(payerKey, _payment())));
    }

    function test_A13_RevertWhen_TheTotalOfAnAuthorizationDoesNotFit() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.amount = type(uint256).max;
        payment.feeAmount = 1;
        // The greatest number, not the sum modulo 2^256, which is 0 and which everybody has.
        bytes32 digest = _authorizationDigest(
            "ReceiveWithAuthorization",
            payment,
            address(router),
            type(uint256).max,
            payment.deadline + 1,
            router.digest(payment)
        );
        _expectRevertOf(
            stranger.addr,
            _callWith(payment, _sign(payerKey, digest)),
            abi.encodeWithSelector(
                TestToken.InsufficientBalance.selector, payer, token.balanceOf(payer), type(uint256).max
            )
        );
    }

    /* TOKEN */

    function test_A4_RevertWhen_TheRouterReceivesLess() public {
        IPaymentRouter.Payment memory payment = _fund(new TaxToken());
        _expectInexact(payment, TOTAL, TOTAL - TOTAL / 100);
    }

    function test_A4_RevertWhen_ThePayeeReceivesLessThanTheRouter() public {
        _expectInexact(_fund(new LyingToToken(payee)), AMOUNT, 0);
    }

    function test_A3_StrayTokensStayWhereTheyAre() public {
        token.mint(address(router), TOTAL + 5);
        _payBy(Path.Authorization, _payment());
        assertEq(token.balanceOf(address(router)), TOTAL + 5);
        assertEq(token.balanceOf(payee), AMOUNT);
        assertEq(token.balanceOf(feeRecipient), FEE);
    }

    function test_A3_RevertWhen_StrayTokensWouldPay() public {
        LyingToToken odd = new LyingToToken(address(router));
        IPaymentRouter.Payment memory payment = _fund(odd);
        deal(address(odd), address(router), 10 * TOTAL);
        assertEq(odd.balanceOf(address(router)), 10 * TOTAL);
        _expectInexact(payment, TOTAL, 0);
    }

    function test_RevertWhen_TheTokenHasAPhantomAuthorization() public {
        PhantomToken odd = new PhantomToken();
        odd.mint(address(router), TOTAL);
        _expectInexact(_fund(odd), TOTAL, 0);
    }

    function test_RevertWhen_TheTokenCountsItsNonces() public {
        CountingNonceToken odd = new CountingNonceToken();
        IPaymentRouter.Payment memory payment = _fund(odd);
        // The token asks for 0, its first, where this payment has the low half of its digest.
        _expectRevertBy(
            Path.Authorization,
            payment,
            abi.encodeWithSelector(
                Nonces.InvalidAccountNonce.selector, payer, uint256(router.digest(payment)) >> 64 << 64
            )
        );
    }

    function test_C4_RevertWhen_APartyToAnAuthorizationIsBlacklisted() public {
        IPaymentRouter.Payment memory payment = _payment();
        address[4] memory parties = [payer, payee, feeRecipient, address(router)];
        for (uint256 i; i < parties.length; ++i) {
            token.blacklist(parties[i]);
            _expectRevertBy(
                Path.Authorization, payment, abi.encodeWithSelector(TestToken.AccountBlacklisted.selector, parties[i])
            );
            token.unBlacklist(parties[i]);
        }
        // A refusal uses up nothing, neither here nor in the token.
        _payBy(Path.Authorization, payment);
    }

    function test_C2_RevertWhen_TheTokenOfAnAuthorizationHasNoCode() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = makeAddr("no token here");
        _expectRevertBy(Path.Authorization, payment, "");
    }

    function test_RevertWhen_APartyToAnAuthorizationReenters() public {
        CallbackToken odd = new CallbackToken();
        Reentrant reentrant = new Reentrant();
        IPaymentRouter.Payment memory inner = _payment();
        inner.nonce = NONCE + 1;
        // Anyone may relay it, so also the payee of another payment.
        bytes memory call_ = _callOf(Path.Authorization, inner, operator, payerKey);
        reentrant.arm(router, call_);

        IPaymentRouter.Payment memory payment = _fund(odd);
        payment.payee = address(reentrant);
        _payBy(Path.Authorization, payment);
        assertEq(
            reentrant.failure(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(odd.balanceOf(address(reentrant)), AMOUNT);
        assertFalse(router.isUsed(operator.addr, NONCE + 1));

        // The same call from outside a payment pays.
        reentrant.tokensReceived();
        assertTrue(router.isUsed(operator.addr, NONCE + 1));
    }

    /* SHORTHAND */

    function _callWith(IPaymentRouter.Payment memory payment, bytes memory authorization)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(router.payWithAuthorization, (payment, _sign(operator, payment), authorization));
    }

    function _expectInvalid(bytes memory call_) private {
        _expectRevertOf(stranger.addr, call_, _invalidSignature());
    }

    function _invalidSignature() private pure returns (bytes memory) {
        return abi.encodeWithSelector(TestToken.InvalidSignature.selector);
    }

    function _expectInexact(IPaymentRouter.Payment memory payment, uint256 expected, uint256 received) private {
        _expectRevertBy(
            Path.Authorization, payment, abi.encodeWithSelector(IFunds.InexactTransfer.selector, expected, received)
        );
    }

    function _walletPayment() private returns (Wallet wallet, IPaymentRouter.Payment memory payment) {
        wallet = new Wallet();
        token.mint(address(wallet), TOTAL);
        payment = _payment();
        payment.payer = address(wallet);
    }

    function _payFromWallet(bytes memory accepted) private {
        (Wallet wallet, IPaymentRouter.Payment memory payment) = _walletPayment();
        wallet.accept(_authorizationDigest(payment), accepted);
        bytes memory call_ = abi.encodeCall(router.payWithAuthorization, (payment, _sign(operator, payment), accepted));
        _expectRouted(payment, address(wallet));
        _send(stranger.addr, call_);
        assertEq(token.balanceOf(address(wallet)), 0);
        assertEq(token.balanceOf(payee), AMOUNT);
        assertEq(token.balanceOf(feeRecipient), FEE);
    }

    function _delegatePayer(address code) private {
        vm.signAndAttachDelegation(code, payerKey.privateKey);
        vm.prank(stranger.addr);
        token.approve(address(router), 0);
        assertGt(payer.code.length, 0);
    }
}
