// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Wallet} from "../mocks/Accounts.sol";
import {FalseToken, MovingFalseToken, ReturnBombToken} from "../mocks/Tokens.sol";
import {Funding} from "./Funding.sol";

contract EscrowFundTest is Funding {
    /* SENDER */

    function test_C5_RevertWhen_TheSenderIsNotTheBuyer() public {
        IEscrow.Terms memory terms = _terms();
        address[4] memory senders = [stranger.addr, seller.addr, operator.addr, arbiter.addr];
        for (uint256 i; i < senders.length; ++i) {
            _expectRefusal(
                senders[i],
                0,
                _callOf(Way.Allowance, terms),
                abi.encodeWithSelector(IEscrow.WrongSender.selector, senders[i], buyer.addr)
            );
        }
        _assertNone(terms);
    }

    function test_FundsForABuyerThatIsAContract() public {
        Wallet wallet = new Wallet();
        token.mint(address(wallet), 2 * AMOUNT);
        Wallet.Call[] memory calls = new Wallet.Call[](3);
        calls[0] = Wallet.Call(address(token), 0, abi.encodeCall(token.approve, (address(escrow), 2 * AMOUNT)));
        IEscrow.Terms memory terms = _terms();
        terms.buyer = address(wallet);
        calls[1] = Wallet.Call(address(escrow), 0, _callOf(Way.Allowance, terms));
        IEscrow.Terms memory second = _terms();
        (second.buyer, second.nonce) = (address(wallet), 8);
        calls[2] = Wallet.Call(address(escrow), 0, _callOf(Way.Allowance, second));

        vm.prank(stranger.addr, stranger.addr);
        wallet.multicall(calls);
        _assertFunded(terms);
        _assertFunded(second);
        assertEq(token.balanceOf(address(escrow)), 2 * AMOUNT);
    }

    /* TOKEN */

    function test_RevertWhen_ValueIsSentWithAToken() public {
        IEscrow.Terms memory terms = _terms();
        _expectRefusal(buyer.addr, 1, _callOf(Way.Allowance, terms), _wrongValue(1, 0));
        _expectRefusal(buyer.addr, AMOUNT, _callOf(Way.Allowance, terms), _wrongValue(AMOUNT, 0));
        _assertNone(terms);
    }

    function test_RevertWhen_TheAllowanceIsTooLow() public {
        IEscrow.Terms memory terms = _terms();
        vm.prank(buyer.addr);
        token.approve(address(escrow), AMOUNT - 1);
        _expectRefusal(
            Way.Allowance,
            terms,
            abi.encodeWithSelector(TestToken.InsufficientAllowance.selector, escrow, AMOUNT - 1, AMOUNT)
        );
        _assertNone(terms);
    }

    function test_C3_RevertWhen_TheTokenReturnsFalse() public {
        IEscrow.Terms memory terms = _in(new FalseToken());
        _expectRefusal(
            Way.Allowance, terms, abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, terms.token)
        );
        _assertNone(terms);
    }

    function test_C3_RevertWhen_TheTokenMovesAndReturnsFalse() public {
        IEscrow.Terms memory terms = _in(new MovingFalseToken());
        _expectRefusal(
            Way.Allowance, terms, abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, terms.token)
        );
        _assertNone(terms);
    }

    function test_FundsWithATokenThatReturnsAMegabyteWithoutCopyingIt() public {
        IEscrow.Terms memory terms = _in(new ReturnBombToken());
        bytes memory call_ = _callOf(Way.Allowance, terms);
        // The megabyte costs its maker some two million gas; copying it would cost the escrow as much again.
        vm.prank(buyer.addr);
        (bool success,) = address(escrow).call{gas: 2_500_000}(call_);
        assertTrue(success);
        _assertFunded(terms);
    }

    /* NATIVE COIN */

    function test_FundsInNativeCoin() public {
        IEscrow.Terms memory terms = _native(_terms());
        uint256 owned = buyer.addr.balance;
        bytes memory call_ = _callOf(Way.Allowance, terms);
        vm.expectEmit(address(escrow));
        emit IEscrow.Funded(operator.addr, _idOf(terms), buyer.addr, terms);
        (bool success,) = _send(buyer.addr, AMOUNT, call_);
        assertTrue(success);
        assertEq(address(escrow).balance, AMOUNT);
        assertEq(buyer.addr.balance, owned - AMOUNT);
        _assertFunded(terms);
    }

    function test_OpensEachWayToDeliverInNativeCoin() public {
        IEscrow.Terms[5] memory all = _deliveries();
        for (uint256 i; i < all.length; ++i) {
            IEscrow.Terms memory terms = _native(all[i]);
            terms.nonce = i;
            _fund(terms);
            _assertFunded(terms);
        }
        assertEq(address(escrow).balance, all.length * AMOUNT);
    }

    function test_A5_RevertWhen_TheValueIsNotExact() public {
        IEscrow.Terms memory terms = _native(_terms());
        bytes memory call_ = _callOf(Way.Allowance, terms);
        uint256[5] memory values = [uint256(0), 1, AMOUNT - 1, AMOUNT + 1, 2 * AMOUNT];
        for (uint256 i; i < values.length; ++i) {
            _expectRefusal(buyer.addr, values[i], call_, _wrongValue(values[i], AMOUNT));
        }
        _assertNone(terms);
    }

    function testFuzz_A5_NativeCoinNeedsExactlyTheAmount(uint96 amount, uint256 value) public {
        IEscrow.Terms memory terms = _native(_terms());
        (terms.amount, terms.feeRecipient, terms.feeAmount) =
        (uint96(bound(amount, 1, type(uint96).max)), address(0), 0);
        // Half of the runs at the amount itself or next to it.
        value = value % 2 == 0
            ? bound(value, terms.amount - 1, uint256(terms.amount) + 1)
            : bound(value, 0, type(uint96).max);
        deal(buyer.addr, type(uint96).max);
        if (value > type(uint96).max) value = type(uint96).max;
        bytes memory call_ = _callOf(Way.Allowance, terms);
        if (value == terms.amount) {
            (bool success,) = _send(buyer.addr, value, call_);
            assertTrue(success);
            _assertFunded(terms);
            assertEq(address(escrow).balance, value);
        } else {
            _expectRefusal(buyer.addr, value, call_, _wrongValue(value, terms.amount));
            _assertNone(terms);
        }
    }

    function test_A3_RevertWhen_NativeCoinIsSentToTheEscrow() public {
        (bool plain,) = _send(buyer.addr, 1, "");
        (bool unknown,) = _send(buyer.addr, 1, hex"deadbeef");
        assertFalse(plain || unknown);
    }
}
