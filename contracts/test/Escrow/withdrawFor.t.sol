// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Refusing} from "../mocks/Accounts.sol";
import {GasMeter} from "../mocks/Recipients.sol";
import {EscrowTest} from "./EscrowTest.sol";

contract EscrowWithdrawForTest is EscrowTest {
    uint256 private constant CREDIT = AMOUNT - FEE;

    function test_AnyonePushesACreditToItsOwner() public {
        address[] memory all = _everybody();
        for (uint256 i; i < all.length; ++i) {
            IEscrow.Terms memory terms = _terms();
            terms.nonce = i;
            _credit(terms);
            token.unBlacklist(seller.addr);
            uint256 before = token.balanceOf(seller.addr);
            vm.expectEmit(address(escrow));
            emit IEscrow.Withdrawn(seller.addr, address(token), seller.addr, CREDIT);
            vm.prank(all[i]);
            escrow.withdrawFor(seller.addr, address(token));
            assertEq(token.balanceOf(seller.addr), before + CREDIT);
            assertEq(token.balanceOf(address(escrow)), 0);
            assertEq(escrow.creditOf(seller.addr, address(token)), 0);
        }
    }

    function test_RevertWhen_NothingWasCredited() public {
        _credit(_terms());
        address[5] memory none = [buyer.addr, arbiter.addr, stranger.addr, address(0), address(escrow)];
        for (uint256 i; i < none.length; ++i) {
            vm.expectRevert(IEscrow.NothingToPay.selector);
            escrow.withdrawFor(none[i], address(token));
        }
        vm.expectRevert(IEscrow.NothingToPay.selector);
        escrow.withdrawFor(seller.addr, address(0));
    }

    function test_C4_KeepsTheCreditWhenTheTokenRefuses() public {
        _credit(_terms());
        vm.expectRevert(abi.encodeWithSelector(TestToken.AccountBlacklisted.selector, seller.addr));
        escrow.withdrawFor(seller.addr, address(token));
        assertEq(escrow.creditOf(seller.addr, address(token)), CREDIT);
    }

    function test_C9_KeepsTheCreditWhenTheOwnerRefuses() public {
        address owner = _creditNative();
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NativeTransferFailed.selector, owner));
        escrow.withdrawFor(owner, address(0));
        assertEq(escrow.creditOf(owner, address(0)), CREDIT);
    }

    function test_SendsNativeCoin() public {
        address owner = _creditNative();
        vm.etch(owner, address(new GasMeter()).code);
        vm.expectEmit(address(escrow));
        emit IEscrow.Withdrawn(owner, address(0), owner, CREDIT);
        escrow.withdrawFor(owner, address(0));
        assertEq(owner.balance, CREDIT);
        // Not by a push: with all the gas there is.
        assertGt(GasMeter(payable(owner)).given(), escrow.PUSH_GAS());
    }

    function _credit(IEscrow.Terms memory terms) private {
        token.blacklist(seller.addr);
        _fund(terms);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
    }

    function _creditNative() private returns (address refusing) {
        refusing = address(new Refusing());
        IEscrow.Terms memory terms = _native(_terms());
        terms.seller = refusing;
        _fund(terms);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
    }
}
