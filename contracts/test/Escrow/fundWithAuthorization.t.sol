// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Refusing, SelfSigned, Wallet} from "../mocks/Accounts.sol";
import {CodeFirstToken, CountingNonceToken, FalseToken, PhantomToken, PlainToken} from "../mocks/Tokens.sol";
import {Funding} from "./Funding.sol";

contract EscrowFundWithAuthorizationTest is Funding {
    bytes4 private constant KEY_FORM = bytes4(
        keccak256("receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)")
    );
    bytes4 private constant BYTES_FORM =
        bytes4(keccak256("receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"));

    /* SENDER */

    function test_AnyoneMaySendIt() public {
        address[4] memory senders = [buyer.addr, seller.addr, operator.addr, stranger.addr];
        for (uint256 i; i < senders.length; ++i) {
            IEscrow.Terms memory terms = _terms();
            terms.nonce = i;
            (bool success,) = _send(senders[i], 0, _callOf(Way.Authorization, terms));
            assertTrue(success);
            _assertFunded(terms);
            assertTrue(token.authorizationState(buyer.addr, _idOf(terms)));
        }
        assertEq(token.balanceOf(buyer.addr), 6 * AMOUNT);
    }

    function test_NeedsNoAllowance() public {
        vm.prank(buyer.addr);
        token.approve(address(escrow), 0);
        IEscrow.Terms memory terms = _terms();
        _fundBy(Way.Authorization, terms);
        _assertFunded(terms);
    }

    /* NATIVE COIN */

    function test_RevertWhen_TheTokenIsNativeCoin() public {
        IEscrow.Terms memory terms = _native(_terms());
        _expectRefusal(Way.Authorization, terms, _wrongValue(0, AMOUNT));
        _assertNone(terms);
    }

    function test_RevertWhen_ValueIsSent() public {
        _expectRefusal(buyer.addr, 1, _callOf(Way.Authorization, _terms()), "");
        IEscrow.Terms memory terms = _native(_terms());
        _expectRefusal(buyer.addr, AMOUNT, _callOf(Way.Authorization, terms), "");
        _assertNone(terms);
    }

    /* FORMS OF THE SIGNATURE */

    function test_ASignatureOf65BytesTakesTheFormOfTheStandard() public {
        IEscrow.Terms memory terms = _terms();
        vm.expectCall(address(token), abi.encodeWithSelector(KEY_FORM), 1);
        vm.expectCall(address(token), abi.encodeWithSelector(BYTES_FORM), 0);
        _fundBy(Way.Authorization, terms);
        _assertFunded(terms);
    }

    function test_AnyOtherLengthTakesTheFormWithBytes() public {
        uint256[4] memory lengths = [uint256(0), 64, 66, 200];
        vm.expectCall(address(token), abi.encodeWithSelector(KEY_FORM), 0);
        vm.expectCall(address(token), abi.encodeWithSelector(BYTES_FORM), 4);
        for (uint256 i; i < lengths.length; ++i) {
            (IEscrow.Terms memory terms, Wallet wallet) = _ofWallet(i);
            bytes memory authorization = new bytes(lengths[i]);
            wallet.accept(_authorizationDigest(terms), authorization);
            _authorized(terms, authorization, "");
            _assertFunded(terms);
        }
    }

    function test_FundsForAWalletWhoseSignatureHas65Bytes() public {
        (IEscrow.Terms memory terms, Wallet wallet) = _ofWallet(0);
        bytes memory authorization = _sign(stranger, keccak256("an owner's"));
        wallet.accept(_authorizationDigest(terms), authorization);
        _authorized(terms, authorization, "");
        _assertFunded(terms);
    }

    function test_RevertWhen_TheWalletRefuses() public {
        (IEscrow.Terms memory terms, Wallet wallet) = _ofWallet(0);
        wallet.accept(_idOf(terms), "agreed");
        _authorized(terms, "agreed", abi.encodeWithSelector(TestToken.InvalidSignature.selector));
        _assertNone(terms);
    }

    function test_C7_FundsForAnEip7702Buyer() public {
        CodeFirstToken odd = new CodeFirstToken();
        IEscrow.Terms memory terms = _in(odd);
        vm.etch(buyer.addr, address(new SelfSigned()).code);
        _fundBy(Way.Authorization, terms);
        _assertFunded(terms);

        // Such a token asks the account's code, so code without ERC-1271 shuts its key out, and the escrow's money with it.
        vm.etch(buyer.addr, address(new Refusing()).code);
        odd.mint(buyer.addr, AMOUNT);
        terms.nonce = 8;
        _expectRefusal(Way.Authorization, terms, abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector));
        _assertNone(terms);
    }

    /* WHAT THE BUYER SIGNED */

    function test_RevertWhen_TheBuyerAuthorizedOtherTerms() public {
        IEscrow.Terms memory terms = _terms();
        IEscrow.Terms memory other = _terms();
        other.seller = stranger.addr;
        _expectInvalidSignature(terms, _authorizationDigest(other));

        // The operator signed both, the buyer one.
        _fundBy(Way.Authorization, other);
        _assertFunded(other);
    }

    function test_RevertWhen_AnyFieldOfTheAuthorizationIsAnother() public {
        IEscrow.Terms memory terms = _terms();
        (string memory verb, uint256 before, bytes32 id) =
            ("ReceiveWithAuthorization", uint256(terms.fundBy) + 1, _idOf(terms));
        bytes32[6] memory digests = [
            _authorizationDigest("TransferWithAuthorization", terms, address(escrow), AMOUNT, before, id),
            _authorizationDigest(verb, terms, stranger.addr, AMOUNT, before, id),
            _authorizationDigest(verb, terms, address(escrow), AMOUNT + 1, before, id),
            _authorizationDigest(verb, terms, address(escrow), AMOUNT, before - 1, id),
            _authorizationDigest(verb, terms, address(escrow), AMOUNT, before + 1, id),
            _authorizationDigest(verb, terms, address(escrow), AMOUNT, before, bytes32(uint256(id) ^ 1))
        ];
        for (uint256 i; i < digests.length; ++i) {
            _expectInvalidSignature(terms, digests[i]);
        }
    }

    function test_RevertWhen_AnotherThanTheBuyerSigned() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory authorization = _sign(seller, _authorizationDigest(terms));
        _authorized(terms, authorization, abi.encodeWithSelector(TestToken.InvalidSignature.selector));
        _assertNone(terms);
    }

    function test_RevertWhen_TheBuyerCancelledTheAuthorization() public {
        IEscrow.Terms memory terms = _terms();
        bytes32 typehash = keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");
        bytes32 structHash = keccak256(abi.encode(typehash, buyer.addr, _idOf(terms)));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(buyer.privateKey, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash)));
        token.cancelAuthorization(buyer.addr, _idOf(terms), v, r, s);
        _expectRefusal(
            Way.Authorization,
            terms,
            abi.encodeWithSelector(TestToken.AuthorizationUsedOrCanceled.selector, buyer.addr, _idOf(terms))
        );
        _assertNone(terms);
    }

    /* FRONT-RUN AND REPLAY */

    function test_RevertWhen_TheAuthorizationIsUsedAtTheTokenItself() public {
        IEscrow.Terms memory terms = _terms();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(buyer.privateKey, _authorizationDigest(terms));
        uint256 before = uint256(terms.fundBy) + 1;
        bytes32 id = _idOf(terms);
        vm.startPrank(stranger.addr);
        vm.expectRevert(abi.encodeWithSelector(TestToken.CallerMustBePayee.selector, stranger.addr, address(escrow)));
        token.receiveWithAuthorization(buyer.addr, address(escrow), AMOUNT, 0, before, id, v, r, s);
        vm.expectRevert(TestToken.InvalidSignature.selector);
        token.transferWithAuthorization(buyer.addr, address(escrow), AMOUNT, 0, before, id, v, r, s);
        vm.stopPrank();

        _fundBy(Way.Authorization, terms);
        _assertFunded(terms);
    }

    function test_SendingACopyOfTheCallFirstFundsTheSameEscrow() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory call_ = _callOf(Way.Authorization, terms);
        (bool success,) = _send(makeAddr("front-runner"), 0, call_);
        assertTrue(success);
        _assertFunded(terms);

        _expectRefusal(buyer.addr, 0, call_, _nonceUsed(terms));
        assertEq(token.balanceOf(buyer.addr), 9 * AMOUNT);
    }

    function test_RevertWhen_ItIsReplayedOnceClosed() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory call_ = _callOf(Way.Authorization, terms);
        _send(stranger.addr, 0, call_);
        vm.prank(seller.addr);
        escrow.refund(terms, AMOUNT);
        _expectRefusal(stranger.addr, 0, call_, _nonceUsed(terms));
        assertEq(token.balanceOf(buyer.addr), 10 * AMOUNT);
    }

    /* TIME */

    function test_A6_TheGreatestFundByIsAuthorized() public {
        IEscrow.Terms memory terms = _terms();
        terms.fundBy = type(uint40).max;
        _fundBy(Way.Authorization, terms);
        _assertFunded(terms);
    }

    /* TOKENS */

    function test_FundsWithATokenWhoseTransfersAloneReturnFalse() public {
        IEscrow.Terms memory terms = _in(new FalseToken());
        _fundBy(Way.Authorization, terms);
        _assertFunded(terms);
        assertEq(FalseToken(terms.token).balanceOf(address(escrow)), AMOUNT);
    }

    function test_RevertWhen_TheTokenHasNoAuthorizations() public {
        IEscrow.Terms memory terms = _in(new PlainToken());
        _expectRefusal(Way.Authorization, terms, "");
        _assertNone(terms);
    }

    function test_RevertWhen_TheTokenTakesTheCallAndDoesNothing() public {
        IEscrow.Terms memory terms = _in(PlainToken(address(new PhantomToken())));
        _expectRefusal(Way.Authorization, terms, _inexact(AMOUNT, 0));
        _assertNone(terms);
    }

    function test_RevertWhen_TheTokenCountsItsNonces() public {
        IEscrow.Terms memory terms = _in(new CountingNonceToken());
        (bool success,) = _send(stranger.addr, 0, _callOf(Way.Authorization, terms));
        assertFalse(success);
        _assertNone(terms);
    }

    /* SHORTHAND */

    /// @dev A unit whose buyer is a contract wallet that has the amount.
    function _ofWallet(uint256 nonce) private returns (IEscrow.Terms memory terms, Wallet wallet) {
        wallet = new Wallet();
        token.mint(address(wallet), AMOUNT);
        terms = _terms();
        (terms.nonce, terms.buyer) = (nonce, address(wallet));
    }

    /// @dev Sent by anyone; fails with `revertData` unless it is empty.
    function _authorized(IEscrow.Terms memory terms, bytes memory authorization, bytes memory revertData) private {
        bytes memory call_ = abi.encodeCall(escrow.fundWithAuthorization, (terms, _authorship(terms), authorization));
        (bool success, bytes memory result) = _send(stranger.addr, 0, call_);
        assertEq(result, revertData);
        assertEq(success, revertData.length == 0);
    }

    function _expectInvalidSignature(IEscrow.Terms memory terms, bytes32 digest) private {
        _authorized(terms, _sign(buyer, digest), abi.encodeWithSelector(TestToken.InvalidSignature.selector));
        _assertNone(terms);
    }
}
