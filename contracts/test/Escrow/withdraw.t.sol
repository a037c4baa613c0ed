// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Refusing} from "../mocks/Accounts.sol";
import {Hungry, Reentering} from "../mocks/Recipients.sol";
import {AuthorizedToken, FalseToken, MovingFalseToken} from "../mocks/Tokens.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowWithdrawTest is EscrowTest {
    uint256 private constant CREDIT = AMOUNT - FEE;

    /* OWNER */

    function test_SendsTheCreditToItsOwner() public {
        _credit(_terms());
        token.unBlacklist(seller.addr);
        vm.expectEmit(address(escrow));
        emit IEscrow.Withdrawn(seller.addr, address(token), seller.addr, CREDIT);
        _withdraw(address(token), seller.addr);
        assertEq(token.balanceOf(seller.addr), CREDIT);
        assertEq(token.balanceOf(address(escrow)), 0);
        assertEq(escrow.creditOf(seller.addr, address(token)), 0);
    }

    function test_C4_SendsTheCreditToAnotherAddress() public {
        _credit(_terms());
        vm.expectEmit(address(escrow));
        emit IEscrow.Withdrawn(seller.addr, address(token), stranger.addr, CREDIT);
        _withdraw(address(token), stranger.addr);
        assertEq(token.balanceOf(stranger.addr), CREDIT);
        assertEq(escrow.creditOf(seller.addr, address(token)), 0);
    }

    function test_RevertWhen_NothingWasCredited() public {
        _credit(_terms());
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            if (all[i] == seller.addr) continue;
            vm.expectRevert(IEscrow.NothingToPay.selector);
            vm.prank(all[i]);
            escrow.withdraw(address(token), all[i]);
        }
        vm.expectRevert(IEscrow.NothingToPay.selector);
        _withdraw(address(0), seller.addr);
    }

    function test_RevertWhen_WithdrawnTwice() public {
        _credit(_terms());
        _withdraw(address(token), stranger.addr);
        vm.expectRevert(IEscrow.NothingToPay.selector);
        _withdraw(address(token), stranger.addr);
    }

    /* RECIPIENT */

    function test_RevertWhen_TheRecipientIsForbidden() public {
        _credit(_terms());
        address[2] memory forbidden = [address(0), address(escrow)];
        for (uint256 i; i < forbidden.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEscrow.ForbiddenRecipient.selector, forbidden[i]));
            _withdraw(address(token), forbidden[i]);
        }
        assertEq(escrow.creditOf(seller.addr, address(token)), CREDIT);
    }

    function test_C4_KeepsTheCreditWhenTheTokenRefuses() public {
        _credit(_terms());
        vm.expectRevert(abi.encodeWithSelector(TestToken.AccountBlacklisted.selector, seller.addr));
        _withdraw(address(token), seller.addr);
        assertEq(escrow.creditOf(seller.addr, address(token)), CREDIT);
        _withdraw(address(token), stranger.addr);
        assertEq(token.balanceOf(stranger.addr), CREDIT);
    }

    function test_C9_KeepsTheCreditWhenTheRecipientRefuses() public {
        address refusing = _creditNative();
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NativeTransferFailed.selector, refusing));
        vm.prank(refusing);
        escrow.withdraw(address(0), refusing);
        assertEq(escrow.creditOf(refusing, address(0)), CREDIT);
        vm.prank(refusing);
        escrow.withdraw(address(0), stranger.addr);
        assertEq(stranger.addr.balance, CREDIT);
    }

    function test_PaysARecipientThatNeedsMoreThanAPush() public {
        IEscrow.Terms memory terms = _native(_terms());
        terms.seller = address(new Hungry());
        _fund(terms);
        _releaseAll(terms);
        assertEq(escrow.creditOf(terms.seller, address(0)), CREDIT);
        vm.prank(terms.seller);
        escrow.withdraw(address(0), terms.seller);
        assertEq(terms.seller.balance, CREDIT);
    }

    function test_RevertWhen_TheRecipientReenters() public {
        address refusing = _creditNative();
        Reentering recipient = new Reentering();
        recipient.arm(address(escrow), abi.encodeCall(IEscrow.withdrawFor, (refusing, address(0))));
        vm.prank(refusing);
        escrow.withdraw(address(0), address(recipient));
        assertEq(
            recipient.result(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(address(recipient).balance, CREDIT);
        assertEq(address(escrow).balance, 0);
    }

    /* TOKEN */

    function test_C3_KeepsTheCreditWhenTheTokenFails() public {
        AuthorizedToken odd = _creditOdd(address(new FalseToken()).code);
        bytes[2] memory codes = [address(odd).code, bytes("")];
        for (uint256 i; i < codes.length; ++i) {
            vm.etch(address(odd), codes[i]);
            vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(odd)));
            _withdraw(address(odd), stranger.addr);
            assertEq(escrow.creditOf(seller.addr, address(odd)), CREDIT);
        }
    }

    function test_C3_UndoesWhatAFailingTokenMoved() public {
        AuthorizedToken odd = _creditOdd(address(new MovingFalseToken()).code);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(odd)));
        _withdraw(address(odd), stranger.addr);
        assertEq(odd.balanceOf(stranger.addr), 0);
        assertEq(escrow.creditOf(seller.addr, address(odd)), CREDIT);
    }

    /* AMOUNTS */

    function test_SendsTheSumOfAllCredits() public {
        IEscrow.Terms memory terms = _terms();
        for (uint256 i; i < 3; ++i) {
            terms.nonce = i;
            _credit(terms);
        }
        _withdraw(address(token), stranger.addr);
        assertEq(token.balanceOf(stranger.addr), 3 * CREDIT);
    }

    function test_SendsWhatWasCreditedSince() public {
        IEscrow.Terms memory terms = _terms();
        _credit(terms);
        _withdraw(address(token), stranger.addr);
        terms.nonce += 1;
        _credit(terms);
        _withdraw(address(token), stranger.addr);
        assertEq(token.balanceOf(stranger.addr), 2 * CREDIT);
        assertEq(token.balanceOf(address(escrow)), 0);
    }

    function test_TakesNobodyElsesMoney() public {
        // An open escrow, a credit of somebody else's and tokens that nobody owns.
        _fund(_exchange());
        IEscrow.Terms memory terms = _terms();
        terms.nonce = 8;
        terms.seller = stranger.addr;
        token.blacklist(stranger.addr);
        _fund(terms);
        _releaseAll(terms);
        token.mint(address(escrow), 5);
        terms.nonce = 9;
        terms.seller = seller.addr;
        _credit(terms);

        address to = makeAddr("elsewhere");
        _withdraw(address(token), to);
        assertEq(token.balanceOf(to), CREDIT);
        assertEq(token.balanceOf(address(escrow)), AMOUNT + CREDIT + 5);
        assertEq(escrow.creditOf(stranger.addr, address(token)), CREDIT);
    }

    /* SHORTHAND */

    function _withdraw(address asset, address to) private {
        vm.prank(seller.addr);
        escrow.withdraw(asset, to);
    }

    function _releaseAll(IEscrow.Terms memory terms) private {
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
    }

    /// @dev The seller, blocklisted, is credited.
    function _credit(IEscrow.Terms memory terms) private {
        token.blacklist(seller.addr);
        _fund(terms);
        _releaseAll(terms);
    }

    function _creditNative() private returns (address refusing) {
        refusing = address(new Refusing());
        IEscrow.Terms memory terms = _native(_terms());
        terms.seller = refusing;
        _fund(terms);
        _releaseAll(terms);
    }

    /// @dev The seller is credited by a token that has turned odd.
    function _creditOdd(bytes memory code) private returns (AuthorizedToken odd) {
        odd = new AuthorizedToken();
        odd.mint(buyer.addr, AMOUNT);
        vm.prank(buyer.addr);
        odd.approve(address(escrow), AMOUNT);
        IEscrow.Terms memory terms = _terms();
        terms.token = address(odd);
        _fund(terms);
        vm.etch(address(odd), code);
        _releaseAll(terms);
    }
}
