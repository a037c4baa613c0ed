// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {
    AuthorizedToken,
    BonusToken,
    CallbackToken,
    CodeFirstToken,
    FalseToken,
    LyingToToken,
    LyingToken,
    MovingFalseToken,
    NoReturnToken,
    PausableToken,
    PhantomToken,
    PlainToken,
    ReturnBombToken,
    TakingToken,
    TaxToken,
    Uint96Token
} from "../mocks/Tokens.sol";
import {PathsTest} from "./PathsTest.sol";

contract PaymentRouterTokensTest is PathsTest {
    uint256 private constant TOTAL = AMOUNT + FEE;
    /// @dev What somebody once sent to the router by mistake, and what the payee had.
    uint256 private constant STRAY = 3 * TOTAL;
    uint256 private constant HAD = 5;

    /// @dev All that Permit2 says of a token's failure.
    bytes private constant TRANSFER_FROM_FAILED = abi.encodeWithSignature("Error(string)", "TRANSFER_FROM_FAILED");

    /* PAYS */

    function test_EveryPathPaysAPlainToken() public {
        _expectPaidOnEach(new AuthorizedToken());
    }

    function test_C3_EveryPathPaysATokenThatReturnsNothing() public {
        _expectPaidOnEach(new NoReturnToken());
    }

    function test_EveryPathPaysAReturnBombWithoutCopyingItsAnswer() public {
        IPaymentRouter.Payment memory payment = _fundOdd(new ReturnBombToken());
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < PATHS; ++i) {
            bytes memory call_ = _callOf(Path(i), payment, operator, payerKey);
            // Each of the two megabytes costs its maker some two million gas, in memory of its own; copying one would cost
            // the router as much again.
            vm.prank(_senderOf(Path(i), payment));
            (bool paid,) = address(router).call{gas: 4_700_000}(call_);
            assertTrue(paid);
            _assertMoved(payment);
            vm.revertToState(untouched);
        }
    }

    function test_EveryPathPaysATokenWithCallbacks() public {
        _expectPaidOnEach(new CallbackToken());
    }

    function test_EveryPathPaysATokenThatAsksCodeFirst() public {
        _expectPaidOnEach(new CodeFirstToken());
    }

    function test_EveryPathPaysUpTo96Bits() public {
        Uint96Token odd = new Uint96Token();
        IPaymentRouter.Payment memory payment = _fundAll(odd);
        payment.feeRecipient = address(0);
        payment.feeAmount = 0;
        payment.amount = uint256(type(uint96).max) + 1;
        bytes memory exceeds = abi.encodeWithSelector(Uint96Token.ExceedsUint96.selector, payment.amount);
        _expectEach(payment, exceeds, exceeds, TRANSFER_FROM_FAILED);

        payment.amount = type(uint96).max;
        deal(address(odd), payer, type(uint96).max);
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < PATHS; ++i) {
            _payBy(Path(i), payment);
            assertEq(odd.balanceOf(payee), type(uint96).max);
            vm.revertToState(untouched);
        }
    }

    function test_C4_EveryPathWaitsForAPausedToken() public {
        PausableToken odd = new PausableToken();
        IPaymentRouter.Payment memory payment = _fundOdd(odd);
        odd.pause(true);
        bytes memory paused = abi.encodeWithSelector(PausableToken.Paused.selector);
        _expectEach(payment, paused, paused, TRANSFER_FROM_FAILED);
        odd.pause(false);
        _payOnEach(payment);
    }

    function test_EveryPathButAnAuthorizationPaysAPhantomToken() public {
        IPaymentRouter.Payment memory payment = _fundOdd(new PhantomToken());
        _expectRevertBy(Path.Authorization, payment, _inexact(TOTAL, 0));
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < PATHS; ++i) {
            if (Path(i) == Path.Authorization) continue;
            _payBy(Path(i), payment);
            _assertMoved(payment);
            vm.revertToState(untouched);
        }
    }

    /// @dev What is measured is the payee: that an honest token takes the fee from payer to fee recipient is assumed.
    function test_TheFeeIsNotMeasured() public {
        LyingToToken odd = new LyingToToken(feeRecipient);
        IPaymentRouter.Payment memory payment = _fundOdd(odd);
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < PATHS; ++i) {
            _payBy(Path(i), payment);
            assertEq(odd.balanceOf(payee), HAD + AMOUNT);
            assertEq(odd.balanceOf(feeRecipient), 0);
            vm.revertToState(untouched);
        }
    }

    /* REVERTS */

    function test_C3_RevertWhen_TheTokenReturnsFalseOnAnyPath() public {
        _expectFailedOnEach(new FalseToken());
    }

    function test_C3_RevertWhen_TheTokenMovesAndReturnsFalseOnAnyPath() public {
        _expectFailedOnEach(new MovingFalseToken());
    }

    function test_A4_RevertWhen_TheTokenMovesNothingOnAnyPath() public {
        _expectEach(_fundOdd(new LyingToken()), _inexact(AMOUNT, 0), _inexact(TOTAL, 0), _inexact(AMOUNT, 0));
    }

    function test_A4_RevertWhen_TheTokenKeepsAPartOnAnyPath() public {
        bytes memory less = _inexact(AMOUNT, AMOUNT - AMOUNT / 100);
        _expectEach(_fundOdd(new TaxToken()), less, _inexact(TOTAL, TOTAL - TOTAL / 100), less);
    }

    function test_A4_RevertWhen_TheTokenDeliversMoreOnAnyPath() public {
        bytes memory more = _inexact(AMOUNT, AMOUNT + 1);
        _expectEach(_fundOdd(new BonusToken()), more, _inexact(TOTAL, TOTAL + 1), more);
    }

    function test_A4_RevertWhen_TheTokenTakesFromItsRecipientOnAnyPath() public {
        _expectEach(_fundOdd(new TakingToken()), _inexact(AMOUNT, 0), _inexact(TOTAL, 0), _inexact(AMOUNT, 0));
    }

    function test_C4_RevertWhen_APartyIsBlacklistedOnAnyPath() public {
        IPaymentRouter.Payment memory payment = _payment();
        address[3] memory parties = [payer, payee, feeRecipient];
        for (uint256 i; i < parties.length; ++i) {
            token.blacklist(parties[i]);
            bytes memory blacklisted = abi.encodeWithSelector(TestToken.AccountBlacklisted.selector, parties[i]);
            _expectEach(payment, blacklisted, blacklisted, TRANSFER_FROM_FAILED);
            token.unBlacklist(parties[i]);
        }
        // A refusal uses up nothing.
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < PATHS; ++i) {
            uint256 before = token.balanceOf(payer);
            _payBy(Path(i), payment);
            _assertPaid(address(token), before);
            vm.revertToState(untouched);
        }
    }

    function test_C2_RevertWhen_TheTokenHasNoCodeOnAnyPath() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = makeAddr("no token here");
        _expectEach(payment, "", "", "");
    }

    /* SHORTHAND */

    /// @dev The payer has twice what it needs, the payee something already, and the router what is not its own.
    function _fundOdd(PlainToken odd) private returns (IPaymentRouter.Payment memory payment) {
        payment = _fundAll(odd);
        odd.mint(payer, TOTAL);
        odd.mint(payee, HAD);
        odd.mint(address(router), STRAY);
    }

    function _expectPaidOnEach(PlainToken odd) private {
        _payOnEach(_fundOdd(odd));
    }

    function _payOnEach(IPaymentRouter.Payment memory payment) private {
        uint256 untouched = vm.snapshotState();
        for (uint256 i; i < PATHS; ++i) {
            bytes memory call_ = _callOf(Path(i), payment, operator, payerKey);
            _expectRouted(payment, payer);
            _send(_senderOf(Path(i), payment), call_);
            _assertMoved(payment);
            vm.revertToState(untouched);
        }
    }

    function _assertMoved(IPaymentRouter.Payment memory payment) private view {
        PlainToken odd = PlainToken(payment.token);
        assertEq(odd.balanceOf(payer), TOTAL);
        assertEq(odd.balanceOf(payee), HAD + AMOUNT);
        assertEq(odd.balanceOf(feeRecipient), FEE);
        assertEq(odd.balanceOf(address(router)), STRAY);
    }

    function _expectFailedOnEach(PlainToken odd) private {
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, odd);
        _expectEach(_fundOdd(odd), failed, failed, TRANSFER_FROM_FAILED);
    }

    /// @param byAllowance The reason where the sender's allowance pays: `pay`, `payBatch` and `payWithPermit`.
    function _expectEach(
        IPaymentRouter.Payment memory payment,
        bytes memory byAllowance,
        bytes memory byAuthorization,
        bytes memory byPermit2
    ) private {
        _expectRevertBy(Path.Allowance, payment, byAllowance);
        _expectRevertBy(Path.Batch, payment, byAllowance);
        _expectRevertBy(Path.Permit, payment, byAllowance);
        _expectRevertBy(Path.Authorization, payment, byAuthorization);
        _expectRevertBy(Path.Permit2, payment, byPermit2);
    }

    function _inexact(uint256 expected, uint256 received) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFunds.InexactTransfer.selector, expected, received);
    }
}
