// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IPermit2} from "../../src/interfaces/IPermit2.sol";
import {EscrowHash} from "../../src/libraries/EscrowHash.sol";
import {KeyWallet, Refusing, SelfSigned} from "../mocks/Accounts.sol";
import {IPermit2Views, Permit2} from "../mocks/Permit2.sol";
import {FalseToken, MovingFalseToken, PhantomToken, PlainToken} from "../mocks/Tokens.sol";
import {Funding} from "./Funding.sol";

/// @dev With the code of Permit2 that is on the chains.
contract EscrowFundWithPermit2Test is Funding {
    /* SENDER */

    function test_AnyoneMaySendIt() public {
        address[4] memory senders = [buyer.addr, seller.addr, operator.addr, stranger.addr];
        for (uint256 i; i < senders.length; ++i) {
            IEscrow.Terms memory terms = _terms();
            terms.nonce = i;
            (bool success,) = _send(senders[i], 0, _callOf(Way.Permit2, terms));
            assertTrue(success);
            _assertFunded(terms);
            assertTrue(_isPermitUsed(_permitNonce(terms)));
        }
        assertEq(token.balanceOf(buyer.addr), 6 * AMOUNT);
    }

    function test_NeedsNoAllowanceToTheEscrow() public {
        vm.prank(buyer.addr);
        token.approve(address(escrow), 0);
        IEscrow.Terms memory terms = _terms();
        _fundBy(Way.Permit2, terms);
        _assertFunded(terms);
    }

    function test_RevertWhen_Permit2HasNoAllowance() public {
        vm.prank(buyer.addr);
        token.approve(Permit2.ADDRESS, AMOUNT - 1);
        IEscrow.Terms memory terms = _terms();
        _expectRefusal(Way.Permit2, terms, _transferFailed());
        _assertNone(terms);
        assertFalse(_isPermitUsed(_permitNonce(terms)));
    }

    function test_RevertWhen_TheChainHasNoPermit2() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory call_ = _callOf(Way.Permit2, terms);
        vm.etch(Permit2.ADDRESS, "");
        _expectRefusal(stranger.addr, 0, call_, "");
        _assertNone(terms);
    }

    /* NATIVE COIN */

    function test_RevertWhen_TheTokenIsNativeCoin() public {
        IEscrow.Terms memory terms = _native(_terms());
        _expectRefusal(Way.Permit2, terms, _wrongValue(0, AMOUNT));
        _assertNone(terms);
    }

    function test_RevertWhen_ValueIsSent() public {
        _expectRefusal(buyer.addr, 1, _callOf(Way.Permit2, _terms()), "");
        IEscrow.Terms memory terms = _native(_terms());
        _expectRefusal(buyer.addr, AMOUNT, _callOf(Way.Permit2, terms), "");
        _assertNone(terms);
    }

    /* FORMS OF THE SIGNATURE */

    function test_FundsWithACompactSignature() public {
        IEscrow.Terms memory terms = _terms();
        (bytes32 r, bytes32 vs) = vm.signCompact(buyer.privateKey, _permit2Digest(terms, 1));
        _permitted(terms, 1, abi.encodePacked(r, vs), "");
        _assertFunded(terms);
    }

    function test_C7_FundsForAContractWallet() public {
        IEscrow.Terms memory terms = _terms();
        terms.buyer = address(new KeyWallet(stranger.addr));
        token.mint(terms.buyer, AMOUNT);
        vm.prank(terms.buyer);
        token.approve(Permit2.ADDRESS, AMOUNT);
        _permitted(terms, 1, _sign(stranger, _permit2Digest(terms, 1)), "");
        _assertFunded(terms);
    }

    /// @dev The witness names the buyer, so a signature is good for one of the key's wallets alone.
    function test_RevertWhen_TheSignatureIsForAnotherWalletOfTheKey() public {
        IEscrow.Terms memory terms = _terms();
        terms.buyer = address(new KeyWallet(stranger.addr));
        bytes memory permit = _sign(stranger, _permit2Digest(terms, 1));

        IEscrow.Terms memory other = _terms();
        other.buyer = address(new KeyWallet(stranger.addr));
        token.mint(other.buyer, AMOUNT);
        vm.prank(other.buyer);
        token.approve(Permit2.ADDRESS, AMOUNT);
        _permitted(other, 1, permit, abi.encodeWithSignature("InvalidContractSignature()"));
        _assertNone(other);
    }

    function test_C7_FundsForAnEip7702Buyer() public {
        IEscrow.Terms memory terms = _terms();
        vm.etch(buyer.addr, address(new SelfSigned()).code);
        _fundBy(Way.Permit2, terms);
        _assertFunded(terms);

        // Permit2 asks the account's code, so code without ERC-1271 shuts its key out.
        vm.etch(buyer.addr, address(new Refusing()).code);
        terms.nonce = 8;
        _expectRefusal(Way.Permit2, terms, abi.encodeWithSelector(Refusing.Refused.selector));
        _assertNone(terms);
    }

    /* WHAT THE BUYER SIGNED */

    function test_TheWitnessTypeIsTheOneThatWalletsHash() public pure {
        assertEq(
            EscrowHash.WITNESS_TYPE,
            string.concat("Terms witness)", TERMS_TYPE, "TokenPermissions(address token,uint256 amount)")
        );
    }

    function test_RevertWhen_TheBuyerPermittedOtherTerms() public {
        IEscrow.Terms memory terms = _terms();
        IEscrow.Terms memory other = _terms();
        other.seller = stranger.addr;
        _expectInvalidSigner(terms, 1, _permit2Digest(other, 1));

        // The operator signed both, the buyer one.
        _fundBy(Way.Permit2, other);
        _assertFunded(other);
    }

    function test_RevertWhen_AnyFieldOfThePermitIsAnother() public {
        IEscrow.Terms memory terms = _terms();
        address spender = address(escrow);
        bytes32[7] memory digests = [
            _permit2Digest(terms, stranger.addr, AMOUNT, 1, terms.fundBy),
            _permit2Digest(terms, spender, AMOUNT - 1, 1, terms.fundBy),
            _permit2Digest(terms, spender, AMOUNT + 1, 1, terms.fundBy),
            _permit2Digest(terms, spender, AMOUNT, 2, terms.fundBy),
            _permit2Digest(terms, spender, AMOUNT, 1, terms.fundBy - 1),
            _permit2Digest(terms, spender, AMOUNT, 1, terms.fundBy + 1),
            _permit2Digest(_native(_terms()), spender, AMOUNT, 1, terms.fundBy)
        ];
        for (uint256 i; i < digests.length; ++i) {
            _expectInvalidSigner(terms, 1, digests[i]);
        }
    }

    function test_RevertWhen_AnotherThanTheBuyerSigned() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory permit = _sign(seller, _permit2Digest(terms, 1));
        _permitted(terms, 1, permit, abi.encodeWithSignature("InvalidSigner()"));
        _assertNone(terms);
    }

    function test_RevertWhen_ThePermitsNonceIsUsed() public {
        IEscrow.Terms memory terms = _terms();
        _permitted(terms, 1, _sign(buyer, _permit2Digest(terms, 1)), "");
        terms.nonce = 8;
        _permitted(terms, 1, _sign(buyer, _permit2Digest(terms, 1)), abi.encodeWithSignature("InvalidNonce()"));
        _assertNone(terms);
    }

    /* FRONT-RUN AND REPLAY */

    function test_RevertWhen_ThePermitIsUsedAtPermit2Itself() public {
        IEscrow.Terms memory terms = _terms();
        IPermit2.PermitTransferFrom memory permit =
            IPermit2.PermitTransferFrom(IPermit2.TokenPermissions(address(token), AMOUNT), 1, terms.fundBy);
        bytes memory signature = _sign(buyer, _permit2Digest(terms, 1));
        vm.prank(stranger.addr);
        vm.expectRevert(abi.encodeWithSignature("InvalidSigner()"));
        IPermit2(Permit2.ADDRESS)
            .permitWitnessTransferFrom(
                permit,
                IPermit2.SignatureTransferDetails(stranger.addr, AMOUNT),
                buyer.addr,
                _structHash(terms),
                EscrowHash.WITNESS_TYPE,
                signature
            );

        _permitted(terms, 1, signature, "");
        _assertFunded(terms);
    }

    function test_SendingACopyOfTheCallFirstFundsTheSameEscrow() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory call_ = _callOf(Way.Permit2, terms);
        (bool success,) = _send(makeAddr("front-runner"), 0, call_);
        assertTrue(success);
        _assertFunded(terms);

        _expectRefusal(buyer.addr, 0, call_, _nonceUsed(terms));
        assertEq(token.balanceOf(buyer.addr), 9 * AMOUNT);
    }

    function test_RevertWhen_ItIsReplayedOnceClosed() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory call_ = _callOf(Way.Permit2, terms);
        _send(stranger.addr, 0, call_);
        vm.prank(seller.addr);
        escrow.refund(terms, AMOUNT);
        _expectRefusal(stranger.addr, 0, call_, _nonceUsed(terms));
        assertEq(token.balanceOf(buyer.addr), 10 * AMOUNT);
    }

    /* TOKENS */

    function test_C3_RevertWhen_TheTokenReturnsFalse() public {
        IEscrow.Terms memory lying = _in(new FalseToken());
        _expectRefusal(Way.Permit2, lying, _transferFailed());
        IEscrow.Terms memory moving = _in(new MovingFalseToken());
        _expectRefusal(Way.Permit2, moving, _transferFailed());
        _assertNone(lying);
        _assertNone(moving);
    }

    function test_FundsWithATokenThatKnowsNoSignatures() public {
        IEscrow.Terms memory terms = _in(PlainToken(address(new PhantomToken())));
        _fundBy(Way.Permit2, terms);
        _assertFunded(terms);
    }

    /* SHORTHAND */

    function _isPermitUsed(uint256 nonce) private view returns (bool) {
        return IPermit2Views(Permit2.ADDRESS).nonceBitmap(buyer.addr, nonce >> 8) & (1 << (nonce & 0xff)) != 0;
    }

    function _transferFailed() private pure returns (bytes memory) {
        return abi.encodeWithSignature("Error(string)", "TRANSFER_FROM_FAILED");
    }

    /// @dev Sent by anyone; fails with `revertData` unless it is empty.
    function _permitted(IEscrow.Terms memory terms, uint256 nonce, bytes memory permit, bytes memory revertData)
        private
    {
        bytes memory call_ = abi.encodeCall(escrow.fundWithPermit2, (terms, _authorship(terms), nonce, permit));
        (bool success, bytes memory result) = _send(stranger.addr, 0, call_);
        assertEq(result, revertData);
        assertEq(success, revertData.length == 0);
    }

    function _expectInvalidSigner(IEscrow.Terms memory terms, uint256 nonce, bytes32 digest) private {
        _permitted(terms, nonce, _sign(buyer, digest), abi.encodeWithSignature("InvalidSigner()"));
        _assertNone(terms);
    }
}
