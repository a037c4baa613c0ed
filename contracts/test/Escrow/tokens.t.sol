// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Refusing} from "../mocks/Accounts.sol";
import {GasBurner} from "../mocks/Recipients.sol";
import {
    AuthorizedToken,
    BonusToken,
    CallbackToken,
    CodeFirstToken,
    FalseToken,
    LyingToken,
    MovingFalseToken,
    NoReturnToken,
    PhantomToken,
    ReturnBombToken,
    TakingToken,
    TaxToken,
    Uint96Token
} from "../mocks/Tokens.sol";
import {EscrowTest} from "./EscrowTest.sol";

/// @dev What an odd token does to funding is on the tree of funding: most of them never get in. Here a token is as it should be
/// until the escrow holds it, and then its owner changes its code.
contract EscrowTokensTest is EscrowTest {
    AuthorizedToken internal odd;

    /// @dev Of another escrow in the same token, and what somebody once sent by mistake.
    uint256 private constant OTHERS = AMOUNT + 5;

    IEscrow.Terms private _other;

    function setUp() public override {
        super.setUp();
        odd = new AuthorizedToken();
        odd.mint(buyer.addr, 2 * AMOUNT);
        vm.prank(buyer.addr);
        odd.approve(address(escrow), type(uint256).max);
        odd.mint(address(escrow), 5);
        IEscrow.Terms memory other = _oddTerms();
        other.nonce = 8;
        _other = other;
        _fund(other);
        _fund(_oddTerms());
    }

    /* PAYS */

    function test_PaysAPlainToken() public {
        _assertPays(address(odd).code);
    }

    function test_C3_PaysATokenThatReturnsNothing() public {
        _assertPays(address(new NoReturnToken()).code);
    }

    function test_PaysATokenWithCallbacks() public {
        _assertPays(address(new CallbackToken()).code);
    }

    function test_PaysATokenThatAsksCodeFirst() public {
        _assertPays(address(new CodeFirstToken()).code);
    }

    function test_PaysATokenThatKnows96Bits() public {
        _assertPays(address(new Uint96Token()).code);
        odd = new Uint96Token();
        odd.mint(buyer.addr, type(uint96).max);
        vm.prank(buyer.addr);
        odd.approve(address(escrow), type(uint256).max);
        IEscrow.Terms memory terms = _oddTerms();
        terms.nonce = 9;
        terms.amount = type(uint96).max;
        _fund(terms);
        Balances memory before = _balances(terms);
        _releaseAll(terms);
        _assertOut(terms, before, Out(type(uint96).max - FEE, FEE, 0, 0));
    }

    function test_PaysAPhantomToken() public {
        _assertPays(address(new PhantomToken()).code);
    }

    /* CREDITS */

    function test_C3_CreditsATokenThatReturnsFalse() public {
        _assertCredits(address(new FalseToken()).code);
    }

    function test_C3_CreditsATokenThatMovesAndReturnsFalse() public {
        _assertCredits(address(new MovingFalseToken()).code);
    }

    function test_CreditsATokenThatAnswersWithAMegabyte() public {
        _assertCredits(address(new ReturnBombToken()).code);
    }

    function test_CreditsATokenThatReverts() public {
        _assertCredits(address(new Refusing()).code);
    }

    function test_CreditsATokenThatBurnsAllGas() public {
        _assertCredits(address(new GasBurner()).code);
    }

    function test_CreditsATokenThatIsNotThere() public {
        _assertCredits("");
    }

    /* IS BELIEVED */

    function test_BelievesATokenThatMovesNothing() public {
        _assertBelieves(address(new LyingToken()).code, 0, 0, OTHERS + AMOUNT);
    }

    function test_BelievesATokenThatKeepsAPart() public {
        _assertBelieves(address(new TaxToken()).code, (AMOUNT - FEE) * 99 / 100, FEE * 99 / 100, OTHERS);
    }

    function test_BelievesATokenThatDeliversMore() public {
        _assertBelieves(address(new BonusToken()).code, AMOUNT - FEE + 1, FEE + 1, OTHERS);
    }

    function test_BelievesATokenThatTakesFromTheRecipient() public {
        odd.mint(seller.addr, 7);
        _assertBelieves(address(new TakingToken()).code, 0, 0, OTHERS + AMOUNT);
    }

    /* SHORTHAND */

    function _oddTerms() private view returns (IEscrow.Terms memory terms) {
        terms = _terms();
        terms.token = address(odd);
    }

    function _releaseAll(IEscrow.Terms memory terms) private {
        vm.prank(buyer.addr);
        escrow.release(terms, type(uint96).max);
    }

    function _assertPays(bytes memory code) private {
        IEscrow.Terms memory terms = _oddTerms();
        vm.etch(address(odd), code);
        Balances memory before = _watch(terms);
        _releaseAll(terms);
        _assertLogs(_paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Release));
        _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
        assertEq(odd.balanceOf(address(escrow)), OTHERS);
    }

    function _assertCredits(bytes memory code) private {
        IEscrow.Terms memory terms = _oddTerms();
        bytes memory normal = address(odd).code;
        Balances memory before = _watch(terms);
        vm.etch(address(odd), code);
        _releaseAll(terms);
        vm.etch(address(odd), normal);
        _assertLogs(
            _paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Release),
            _credited(terms, seller.addr, AMOUNT - FEE),
            _credited(terms, feeRecipient, FEE)
        );
        _assertOut(terms, before, Out(0, 0, 0, 0));

        escrow.withdrawFor(seller.addr, address(odd));
        escrow.withdrawFor(feeRecipient, address(odd));
        _assertOut(terms, before, Out(AMOUNT - FEE, FEE, 0, 0));
        assertEq(odd.balanceOf(address(escrow)), OTHERS);
    }

    /// @dev A payout is done when the token says so; `left` is what the escrow holds afterwards, never less than is others'.
    function _assertBelieves(bytes memory code, uint256 atSeller, uint256 atFeeRecipient, uint256 left) private {
        IEscrow.Terms memory terms = _oddTerms();
        bytes memory normal = address(odd).code;
        vm.etch(address(odd), code);
        vm.recordLogs();
        _releaseAll(terms);
        _assertLogs(_paid(terms, AMOUNT - FEE, FEE, 0, IEscrow.Cause.Release));
        assertEq(odd.balanceOf(seller.addr), atSeller);
        assertEq(odd.balanceOf(feeRecipient), atFeeRecipient);
        assertEq(odd.balanceOf(address(escrow)), left);
        assertEq(escrow.creditOf(seller.addr, address(odd)), 0);

        // The other escrow has lost nothing, and pays once the token is as it was.
        vm.etch(address(odd), normal);
        Balances memory before = _balances(_other);
        _releaseAll(_other);
        _assertOut(_other, before, Out(AMOUNT - FEE, FEE, 0, 0));
    }
}
