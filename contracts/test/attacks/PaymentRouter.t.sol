// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Vm} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {IPermit2} from "../../src/interfaces/IPermit2.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {PathsTest} from "../PaymentRouter/PathsTest.sol";
import {KeyWallet, Refusing, Reentrant} from "../mocks/Accounts.sol";
import {CallbackToken, CodeFirstToken, LyingToToken, LyingToken, PhantomToken, PlainToken} from "../mocks/Tokens.sol";

/// @title What was done to others, done to the router
/// @dev Each attack is carried out as far as it goes: with whatever the attacker could have, it gains nothing and what the
/// victim agreed to still happens. The attacker is `stranger`, who may also be an operator: nobody appoints those.
contract PaymentRouterAttacks is PathsTest {
    uint256 private constant TOTAL = AMOUNT + FEE;

    address private attacker;

    function setUp() public override {
        super.setUp();
        attacker = stranger.addr;
    }

    /* BALANCES COUNTED TWICE */

    /// @dev One movement of money, seen by the checks of two payments: the inner one comes while the outer one measures.
    function test_Attack_ReentrantDoubleCount() public {
        CallbackToken odd = new CallbackToken();
        for (uint256 path; path < PATHS; ++path) {
            Reentrant accomplice = new Reentrant();
            IPaymentRouter.Payment memory inner = _fundAll(odd);
            inner.payee = address(accomplice);
            inner.nonce = 2 * path;
            accomplice.arm(router, _callOf(Path.Authorization, inner, operator, payerKey));
            IPaymentRouter.Payment memory outer = _fundAll(odd);
            outer.payee = address(accomplice);
            outer.nonce = 2 * path + 1;

            _payBy(Path(path), outer);
            assertEq(odd.balanceOf(address(accomplice)), AMOUNT);
            assertFalse(router.isUsed(operator.addr, inner.nonce));
            assertEq(
                accomplice.failure(),
                abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
            );
        }
    }

    /// @dev The same through a second router, whose guard is its own: the payer, told before it is debited, pays the same
    /// payee there, and the outer payment finds too much.
    function test_Attack_ReentrantDoubleCountThroughAnotherRouter() public {
        CallbackToken odd = new CallbackToken();
        PaymentRouter first = router;
        Reentrant buyer = new Reentrant();
        odd.mint(address(buyer), 2 * TOTAL);
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = address(odd);
        payment.payer = address(buyer);

        router = new PaymentRouter();
        bytes memory there = _callOf(Path.Allowance, payment, operator, payerKey);
        vm.startPrank(address(buyer));
        odd.approve(address(first), type(uint256).max);
        odd.approve(address(router), type(uint256).max);
        vm.stopPrank();
        buyer.arm(router, there);
        router = first;

        bytes memory here = _callOf(Path.Allowance, payment, operator, payerKey);
        _expectRevertOf(
            address(buyer), here, abi.encodeWithSelector(IFunds.InexactTransfer.selector, AMOUNT, 2 * AMOUNT)
        );
        assertEq(odd.balanceOf(payee), 0);
    }

    /* SUCCESS WITHOUT MONEY */

    /// @dev A payment of nothing would settle a unit, as would a fee that rounds a payment away.
    function test_Attack_ZeroAmountSuccess() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.amount = 0;
        payment.feeRecipient = address(0);
        payment.feeAmount = 0;
        for (uint256 path; path < PATHS; ++path) {
            _expectRevertBy(Path(path), payment, abi.encodeWithSelector(IPaymentRouter.ZeroAmount.selector));
        }
        payment.token = address(0);
        bytes memory call_ = _callOf(Path.Allowance, payment, operator, payerKey);
        _expectRevertOf(payer, call_, abi.encodeWithSelector(IPaymentRouter.ZeroAmount.selector));
    }

    /// @dev A token that reports success and moves nothing, while the router holds what others lost there.
    function test_Attack_StrayTokensPayForTheAttacker() public {
        LyingToToken odd = new LyingToToken(address(router));
        deal(address(odd), address(router), TOTAL);
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = address(odd);
        payment.payer = attacker;
        _expectRevertOf(
            attacker,
            _callOf(Path.Authorization, payment, operator, stranger),
            abi.encodeWithSelector(IFunds.InexactTransfer.selector, TOTAL, 0)
        );
        assertEq(odd.balanceOf(address(router)), TOTAL);
    }

    /// @dev Calls to an address without code succeed.
    function test_Attack_TokenThatIsNotThere() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = makeAddr("not deployed yet");
        for (uint256 path; path < PATHS; ++path) {
            _expectRevertBy(Path(path), payment, "");
        }
    }

    /* BLOCKED BY ONE PARTY */

    /// @dev A fee recipient on a blacklist stops its own payments only, uses nothing up, and costs the payee one request
    /// signed again: the same nonce without the fee.
    function test_Attack_BlocklistedFeeRecipient() public {
        token.blacklist(feeRecipient);
        for (uint256 path; path < PATHS; ++path) {
            bytes memory call_ = _callOf(Path(path), _payment(), operator, payerKey);
            vm.prank(_senderOf(Path(path), _payment()));
            (bool paid,) = address(router).call(call_);
            assertFalse(paid);
        }
        IPaymentRouter.Payment memory again = _payment();
        again.requestId = keccak256("the same unit without a fee");
        again.feeRecipient = address(0);
        again.feeAmount = 0;
        _payBy(Path.Allowance, again);
        assertEq(token.balanceOf(payee), AMOUNT);
    }

    /* SIGNATURES SENT BY SOMEBODY ELSE FIRST */

    /// @dev The permit of a payment that waits in the mempool, sent alone: its nonce is used, the payment is not.
    function test_Attack_PermitFrontRun() public {
        vm.prank(payer);
        token.approve(address(router), 0);
        uint256 before = token.balanceOf(payer);
        bytes memory call_ = _callOf(Path.Permit, _payment(), operator, payerKey);
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(payerKey, _payment());
        vm.prank(attacker);
        token.permit(payer, address(router), TOTAL, _payment().deadline, v, r, s);

        // The allowance that it gave is of no use to the attacker, who is not the payer.
        _expectNothingFor(attacker, token.balanceOf(payer));
        _send(payer, call_);
        _assertPaid(address(token), before);
    }

    /// @dev The authorization of a payment that waits in the mempool, sent to the token in every way it has.
    function test_Attack_Erc3009FrontRun() public {
        IPaymentRouter.Payment memory p = _payment();
        bytes memory call_ = _callOf(Path.Authorization, p, operator, payerKey);
        bytes memory authorization = _authorize(payerKey, p);
        bytes32 nonce = router.digest(p);
        uint256 validBefore = p.deadline + 1;
        uint256 before = token.balanceOf(payer);

        vm.startPrank(attacker);
        vm.expectRevert(abi.encodeWithSelector(TestToken.CallerMustBePayee.selector, attacker, address(router)));
        token.receiveWithAuthorization(payer, address(router), TOTAL, 0, validBefore, nonce, authorization);
        vm.expectRevert(TestToken.InvalidSignature.selector);
        token.receiveWithAuthorization(payer, attacker, TOTAL, 0, validBefore, nonce, authorization);
        vm.expectRevert(TestToken.InvalidSignature.selector);
        token.transferWithAuthorization(payer, address(router), TOTAL, 0, validBefore, nonce, authorization);
        vm.expectRevert(TestToken.InvalidSignature.selector);
        token.transferWithAuthorization(payer, attacker, TOTAL, 0, validBefore, nonce, authorization);
        vm.expectRevert(TestToken.InvalidSignature.selector);
        token.cancelAuthorization(payer, nonce, authorization);
        vm.stopPrank();

        // Nor for a payment of the attacker's own making.
        p.operator = attacker;
        p.payee = attacker;
        bytes memory stolen = abi.encodeCall(router.payWithAuthorization, (p, _sign(stranger, p), authorization));
        _expectRevertOf(attacker, stolen, abi.encodeWithSelector(TestToken.InvalidSignature.selector));

        _send(attacker, call_);
        _assertPaid(address(token), before);
    }

    /// @dev A Permit2 signature that waits in the mempool, sent to Permit2 itself: it is for the router to spend.
    function test_Attack_Permit2FrontRun() public {
        IPaymentRouter.Payment memory p = _payment();
        bytes memory call_ = _callOf(Path.Permit2, p, operator, payerKey);
        bytes memory permit = _sign(payerKey, _permit2Digest(p, _permit2Nonce(p)));
        uint256 before = token.balanceOf(payer);

        p.operator = attacker;
        p.payee = attacker;
        bytes memory stolen =
            abi.encodeCall(router.payWithPermit2, (p, _sign(stranger, p), _permit2Nonce(_payment()), permit));
        _expectRevertOf(attacker, stolen, abi.encodeWithSignature("InvalidSigner()"));

        _expectNoPermit2(attacker, permit);
        _send(attacker, call_);
        _assertPaid(address(token), before);
    }

    /* SIGNATURES GOOD FOR MORE THAN WAS MEANT */

    /// @dev One key has two wallets that accept whatever the key signed. What it signed for one, as operator or as payer, must
    /// not be good for the other.
    function test_Attack_Erc1271SignatureValidForTwoWallets() public {
        Vm.Wallet memory key = vm.createWallet("key of two wallets");
        address one = address(new KeyWallet(key.addr));
        address two = address(new KeyWallet(key.addr));

        // As operators.
        IPaymentRouter.Payment memory payment = _payment();
        payment.operator = one;
        bytes memory signature = _sign(key, payment);
        payment.operator = two;
        vm.expectRevert(abi.encodeWithSelector(IOperators.WrongSigner.selector, _recovered(payment, signature)));
        vm.prank(payer);
        router.pay(payment, signature);

        // As payers.
        address[2] memory wallets = [one, two];
        for (uint256 i; i < 2; ++i) {
            token.mint(wallets[i], 2 * TOTAL);
            _approveAll(wallets[i], address(token));
        }
        payment = _payment();
        payment.payer = one;
        bytes memory authorization = _authorize(key, payment);
        bytes memory permit = _sign(key, _permit2Digest(payment, 5));
        payment.payer = two;
        signature = _sign(operator, payment);
        _expectRevertOf(
            attacker,
            abi.encodeCall(router.payWithAuthorization, (payment, signature, authorization)),
            abi.encodeWithSelector(TestToken.InvalidSignature.selector)
        );
        _expectRevertOf(
            attacker,
            abi.encodeCall(router.payWithPermit2, (payment, signature, 5, permit)),
            abi.encodeWithSignature("InvalidContractSignature()")
        );
        // The wallet that they were for.
        payment.payer = one;
        signature = _sign(operator, payment);
        _send(attacker, abi.encodeCall(router.payWithPermit2, (payment, signature, 5, permit)));
        assertEq(token.balanceOf(one), TOTAL);
        assertEq(token.balanceOf(two), 2 * TOTAL);
    }

    /// @dev A key's account gets code, and with it an answer to everything: as payer it still signs for itself alone, and as
    /// operator its code's consent does not replace another operator's.
    function test_Attack_Eip7702Payer() public {
        IPaymentRouter.Payment memory payment = _payment();
        bytes memory call_ = _callOf(Path.Authorization, payment, operator, payerKey);
        vm.signAndAttachDelegation(address(new KeyWallet(attacker)), payerKey.privateKey);
        vm.prank(attacker);
        token.approve(address(router), 0);
        assertGt(payer.code.length, 0);

        // The attacker's key rules this account's code, as its owner wanted; the router asks the payer for nothing but what
        // the token or Permit2 asks, and these two know the payment.
        payment.operator = attacker;
        payment.payee = attacker;
        payment.feeRecipient = address(0);
        payment.feeAmount = 0;
        bytes memory authorization = _authorize(payerKey, _payment());
        bytes memory signature = _sign(stranger, payment);
        _expectRevertOf(
            attacker,
            abi.encodeCall(router.payWithAuthorization, (payment, signature, authorization)),
            abi.encodeWithSelector(TestToken.InvalidSignature.selector)
        );
        // The allowance and the sender are the account's, so nobody else pays from it.
        _expectRevertOf(
            attacker,
            abi.encodeCall(router.pay, (payment, signature)),
            abi.encodeWithSelector(IPaymentRouter.WrongPayer.selector, attacker, payer)
        );
        // What its key had signed is still good.
        uint256 before = token.balanceOf(payer);
        _send(attacker, call_);
        _assertPaid(address(token), before);
    }

    /* NAMES OF OTHERS */

    /// @dev Somebody pays itself a unit under our reference, nonce and terms before the buyer does.
    function test_Attack_ReferenceSquatting() public {
        PlainToken worthless = new PlainToken();
        IPaymentRouter.Payment memory squat = _payment();
        squat.operator = attacker;
        squat.payer = attacker;
        squat.token = address(worthless);
        worthless.mint(attacker, TOTAL);
        vm.prank(attacker);
        worthless.approve(address(router), TOTAL);

        vm.recordLogs();
        _send(attacker, abi.encodeCall(router.pay, (squat, _sign(stranger, squat))));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(router)) continue;
            // An indexer that subscribes to its operator does not see it.
            assertEq(logs[i].topics[1], bytes32(uint256(uint160(attacker))));
        }
        // In the operator's own name it cannot.
        squat.operator = operator.addr;
        _expectRevertOf(
            attacker,
            abi.encodeCall(router.pay, (squat, _sign(stranger, squat))),
            abi.encodeWithSelector(IOperators.WrongSigner.selector, attacker)
        );
        // Nor make the nonce unusable.
        vm.prank(attacker);
        router.cancel(NONCE >> 8, type(uint256).max);

        uint256 before = token.balanceOf(payer);
        _payBy(Path.Allowance, _payment());
        _assertPaid(address(token), before);
    }

    /* ONE VALUE, MANY PAYMENTS */

    /// @dev The value of one call, counted for each payment of a batch.
    function test_Attack_MsgValueInALoop() public {
        deal(address(router), 0);
        IPaymentRouter.Payment[] memory payments = new IPaymentRouter.Payment[](3);
        for (uint256 i; i < payments.length; ++i) {
            payments[i] = _nativePayment();
            payments[i].nonce = NONCE + i;
        }
        bytes memory call_ = abi.encodeCall(router.payBatch, (payments, _signBatch(operator, payments)));
        vm.prank(payer);
        (bool paid, bytes memory reason) = address(router).call{value: TOTAL}(call_);
        assertFalse(paid);
        assertEq(reason, "");
        _expectRevertOf(payer, call_, abi.encodeWithSelector(IFunds.WrongValue.selector, 0, TOTAL));
        assertEq(payee.balance, 0);
    }

    /* ALLOWANCES OF OTHERS */

    /// @dev The victim once allowed the router everything, and Permit2 too. The attacker is operator, payee and sender, and
    /// tries every function with every signature that it can make.
    function test_Attack_StandingAllowancePulledBySomebodyElse() public {
        _expectNothingFor(attacker, token.balanceOf(payer));
    }

    /// @dev The same with a token whose fallback takes any call: no permit and no authorization is ever refused by it.
    function test_Attack_StandingAllowanceOfAPhantomToken() public {
        PhantomToken odd = new PhantomToken();
        odd.mint(payer, TOTAL);
        _approveAll(payer, address(odd));
        token = TestToken(address(odd));
        _expectNothingFor(attacker, TOTAL);
    }

    /// @dev The same with the victim's account under EIP-7702 code, which Permit2 and USDC ask instead of its key.
    function test_Attack_StandingAllowanceOfAnEip7702Account() public {
        CodeFirstToken odd = new CodeFirstToken();
        odd.mint(payer, TOTAL);
        _approveAll(payer, address(odd));
        vm.signAndAttachDelegation(address(new Refusing()), payerKey.privateKey);
        vm.prank(attacker);
        odd.approve(address(router), 0);
        token = TestToken(address(odd));
        _expectNothingFor(attacker, TOTAL);
    }

    /// @dev The attacker's token is the victim's real one to the router's calls, but not to the payee's balance.
    function test_Attack_TokenOfTheAttackersMaking() public {
        LyingToken odd = new LyingToken();
        odd.mint(payer, TOTAL);
        _approveAll(payer, address(odd));
        token = TestToken(address(odd));
        _expectNothingFor(attacker, TOTAL);
    }

    /* SHORTHAND */

    /// @dev Every function, with the victim as payer or none, the attacker as operator and payee, and each signature of the
    /// attacker's in place of the victim's.
    function _expectNothingFor(address thief, uint256 victimHas) private {
        uint256 thiefHas = token.balanceOf(thief);
        for (uint256 path; path < PATHS; ++path) {
            for (uint256 named; named < 2; ++named) {
                IPaymentRouter.Payment memory payment = _payment();
                payment.operator = thief;
                payment.payer = named == 1 ? payer : address(0);
                payment.token = address(token);
                payment.payee = makeAddr("the thief's other account");
                payment.feeRecipient = address(0);
                payment.feeAmount = 0;
                payment.nonce = 2 * path + named;
                bytes memory call_ = _callOf(Path(path), payment, stranger, stranger);
                vm.prank(thief);
                (bool paid,) = address(router).call(call_);
                assertFalse(paid);
            }
        }
        assertEq(token.balanceOf(payer), victimHas);
        assertEq(token.balanceOf(thief), thiefHas);
    }

    function _expectNoPermit2(address sender, bytes memory permit) private {
        IPaymentRouter.Payment memory p = _payment();
        IPermit2.TokenPermissions[] memory permitted = new IPermit2.TokenPermissions[](2);
        permitted[0] = IPermit2.TokenPermissions(p.token, p.amount);
        permitted[1] = IPermit2.TokenPermissions(p.token, p.feeAmount);
        IPermit2.SignatureTransferDetails[] memory details = new IPermit2.SignatureTransferDetails[](2);
        details[0] = IPermit2.SignatureTransferDetails(sender, p.amount);
        details[1] = IPermit2.SignatureTransferDetails(sender, p.feeAmount);
        IPermit2.PermitBatchTransferFrom memory transfer =
            IPermit2.PermitBatchTransferFrom(permitted, _permit2Nonce(p), p.deadline);
        string memory witnessType =
            "Payment witness)Payment(address operator,bytes32 requestId,bytes32 parent,address payer,address payee,address token,uint256 amount,address feeRecipient,uint256 feeAmount,uint256 nonce,uint256 deadline)TokenPermissions(address token,uint256 amount)";
        bytes32 witness = _structHash(p);
        vm.expectRevert(abi.encodeWithSignature("InvalidSigner()"));
        vm.prank(sender);
        IPermit2(PERMIT2).permitWitnessTransferFrom(transfer, details, payer, witness, witnessType, permit);
    }

    function _recovered(IPaymentRouter.Payment memory payment, bytes memory signature) private view returns (address) {
        return ECDSA.recover(router.digest(payment), signature);
    }
}
