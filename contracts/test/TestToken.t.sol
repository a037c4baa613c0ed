// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Test, Vm} from "forge-std/Test.sol";
import {TestToken} from "../src/testing/TestToken.sol";
import {TestTokenProxy} from "../src/testing/TestTokenProxy.sol";
import {Wallet} from "./mocks/Accounts.sol";

/// @dev The stand-in must behave as USDC does where a payment depends on it.
contract TestTokenTest is Test {
    /// @dev When the tests begin. They never read block.timestamp, which the optimizer takes for constant in a call.
    uint256 private constant NOW = 1_800_000_000;
    uint256 private constant VALUE = 1_000_000;
    bytes32 private constant NONCE = keccak256("nonce");

    TestToken private token;
    Vm.Wallet private owner = vm.createWallet("owner");
    address private spender = makeAddr("spender");
    address private recipient = makeAddr("recipient");

    function setUp() public {
        vm.warp(NOW);
        bytes memory initData = abi.encodeCall(TestToken.initialize, ("USD Coin", "USDC"));
        token = TestToken(address(new TestTokenProxy(address(new TestToken()), initData)));
        token.mint(owner.addr, VALUE);
    }

    function test_IsInitializedOnce() public {
        assertEq(token.name(), "USD Coin");
        assertEq(token.symbol(), "USDC");
        assertEq(token.decimals(), 6);
        assertEq(token.version(), "2");
        assertEq(token.totalSupply(), VALUE);
        vm.expectRevert(TestToken.AlreadyInitialized.selector);
        token.initialize("Other", "OTH");
    }

    function test_TransfersUpToTheBalance() public {
        vm.startPrank(owner.addr);
        token.transfer(recipient, VALUE);
        assertEq(token.balanceOf(recipient), VALUE);
        vm.expectRevert(abi.encodeWithSelector(TestToken.InsufficientBalance.selector, owner.addr, 0, 1));
        token.transfer(recipient, 1);
    }

    function test_RevertWhen_TheRecipientIsZero() public {
        vm.expectRevert(TestToken.ZeroAddress.selector);
        token.mint(address(0), 1);
        vm.expectRevert(TestToken.ZeroAddress.selector);
        vm.prank(owner.addr);
        token.transfer(address(0), 1);
    }

    function test_AnUnlimitedAllowanceDecreasesToo() public {
        vm.prank(owner.addr);
        token.approve(spender, type(uint256).max);
        vm.prank(spender);
        token.transferFrom(owner.addr, recipient, VALUE);
        assertEq(token.allowance(owner.addr, spender), type(uint256).max - VALUE);
    }

    function test_RevertWhen_TheAllowanceIsTooLow() public {
        vm.prank(owner.addr);
        token.approve(spender, 1);
        vm.expectRevert(abi.encodeWithSelector(TestToken.InsufficientAllowance.selector, spender, 1, 2));
        vm.prank(spender);
        token.transferFrom(owner.addr, recipient, 2);
    }

    function test_ABlacklistedAccountCanDoNothing() public {
        token.blacklist(owner.addr);
        assertTrue(token.isBlacklisted(owner.addr));
        bytes memory refusal = abi.encodeWithSelector(TestToken.AccountBlacklisted.selector, owner.addr);
        vm.expectRevert(refusal);
        token.mint(owner.addr, 1);
        vm.startPrank(owner.addr);
        vm.expectRevert(refusal);
        token.transfer(recipient, 1);
        vm.expectRevert(refusal);
        token.approve(spender, 1);
        vm.expectRevert(refusal);
        token.transferFrom(recipient, recipient, 0);

        token.unBlacklist(owner.addr);
        token.transfer(recipient, 1);
    }

    function test_PermitSetsTheAllowanceOnce() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(owner.privateKey, _permitDigest(0));
        token.permit(owner.addr, spender, VALUE, NOW, v, r, s);
        assertEq(token.allowance(owner.addr, spender), VALUE);
        assertEq(token.nonces(owner.addr), 1);
        vm.expectRevert(TestToken.InvalidSignature.selector);
        token.permit(owner.addr, spender, VALUE, NOW, v, r, s);
    }

    function test_RevertWhen_APermitHasExpired() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(owner.privateKey, _permitDigest(0));
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(TestToken.SignatureExpired.selector, NOW));
        token.permit(owner.addr, spender, VALUE, NOW, v, r, s);
    }

    function test_TransferWithAuthorizationMovesOnce() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(owner.privateKey, _authorizationDigest("Transfer", owner.addr));
        vm.expectEmit(address(token));
        emit TestToken.AuthorizationUsed(owner.addr, NONCE);
        token.transferWithAuthorization(owner.addr, recipient, VALUE, 0, type(uint256).max, NONCE, v, r, s);
        assertEq(token.balanceOf(recipient), VALUE);
        assertTrue(token.authorizationState(owner.addr, NONCE));
        vm.expectRevert(abi.encodeWithSelector(TestToken.AuthorizationUsedOrCanceled.selector, owner.addr, NONCE));
        token.transferWithAuthorization(owner.addr, recipient, VALUE, 0, type(uint256).max, NONCE, v, r, s);
    }

    function test_OnlyThePayeeReceivesWithAuthorization() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(owner.privateKey, _authorizationDigest("Receive", owner.addr));
        vm.expectRevert(abi.encodeWithSelector(TestToken.CallerMustBePayee.selector, address(this), recipient));
        token.receiveWithAuthorization(owner.addr, recipient, VALUE, 0, type(uint256).max, NONCE, v, r, s);
        vm.prank(recipient);
        token.receiveWithAuthorization(owner.addr, recipient, VALUE, 0, type(uint256).max, NONCE, v, r, s);
        assertEq(token.balanceOf(recipient), VALUE);
    }

    function test_AnAuthorizationHoldsStrictlyBetweenItsEnds() public {
        vm.startPrank(recipient);
        vm.expectRevert(abi.encodeWithSelector(TestToken.AuthorizationNotYetValid.selector, NOW));
        token.receiveWithAuthorization(owner.addr, recipient, VALUE, NOW, NOW + 1, NONCE, "");
        vm.expectRevert(abi.encodeWithSelector(TestToken.SignatureExpired.selector, NOW));
        token.receiveWithAuthorization(owner.addr, recipient, VALUE, 0, NOW, NONCE, "");
        vm.expectRevert(TestToken.InvalidSignature.selector);
        token.receiveWithAuthorization(owner.addr, recipient, VALUE, NOW - 1, NOW + 1, NONCE, "");
    }

    function test_ACancelledAuthorizationMovesNothing() public {
        bytes32 structHash = keccak256(
            abi.encode(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), owner.addr, NONCE)
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(owner.privateKey, _digest(structHash));
        token.cancelAuthorization(owner.addr, NONCE, v, r, s);
        bytes memory refusal = abi.encodeWithSelector(TestToken.AuthorizationUsedOrCanceled.selector, owner.addr, NONCE);
        vm.expectRevert(refusal);
        token.cancelAuthorization(owner.addr, NONCE, v, r, s);
        (v, r, s) = vm.sign(owner.privateKey, _authorizationDigest("Transfer", owner.addr));
        vm.expectRevert(refusal);
        token.transferWithAuthorization(owner.addr, recipient, VALUE, 0, type(uint256).max, NONCE, v, r, s);
    }

    function test_AContractWalletAuthorizesByErc1271() public {
        Wallet wallet = new Wallet();
        token.mint(address(wallet), VALUE);
        wallet.accept(_authorizationDigest("Transfer", address(wallet)), "agreed");
        token.transferWithAuthorization(address(wallet), recipient, VALUE, 0, type(uint256).max, NONCE, bytes("agreed"));
        assertEq(token.balanceOf(recipient), VALUE);
    }

    function _permitDigest(uint256 nonce) private view returns (bytes32) {
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        return _digest(keccak256(abi.encode(typeHash, owner.addr, spender, VALUE, nonce, NOW)));
    }

    function _authorizationDigest(string memory kind, address from) private view returns (bytes32) {
        bytes32 typeHash = keccak256(
            bytes(
                string.concat(
                    kind,
                    "WithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                )
            )
        );
        return _digest(keccak256(abi.encode(typeHash, from, recipient, VALUE, 0, type(uint256).max, NONCE)));
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(token.DOMAIN_SEPARATOR(), structHash);
    }
}
