// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Funding} from "../Escrow/Funding.sol";
import {Permit2} from "../mocks/Permit2.sol";
import {AuthorizedToken, PlainToken} from "../mocks/Tokens.sol";

/// @dev Gas of whole transactions, calldata included; `bin/gas` runs this isolated and keeps `snapshots/Escrow.json`.
/// Warm: everybody who is paid, and the escrow, hold a balance already, and the nonce's word was used before; so was the buyer's
/// word of nonces in Permit2. What others may send is sent by a stranger.
contract EscrowGas is Funding {
    uint256 private constant PLAN = 5;

    PlainToken internal plain;
    /// @dev The plain token's transfers with ERC-3009 beside them.
    AuthorizedToken internal authorized;

    function setUp() public override {
        super.setUp();
        plain = new PlainToken();
        plain.mint(buyer.addr, 10 * AMOUNT);
        authorized = new AuthorizedToken();
        authorized.mint(buyer.addr, 10 * AMOUNT);
        vm.startPrank(buyer.addr);
        plain.approve(address(escrow), type(uint256).max);
        plain.approve(Permit2.ADDRESS, type(uint256).max);
        (bool used,) = Permit2.ADDRESS.call(abi.encodeWithSignature("invalidateUnorderedNonces(uint256,uint256)", 0, 1));
        vm.stopPrank();
        assertTrue(used);
        address[4] memory holders = [seller.addr, feeRecipient, arbiter.addr, address(escrow)];
        for (uint256 i; i < holders.length; ++i) {
            plain.mint(holders[i], 1);
            authorized.mint(holders[i], 1);
            token.mint(holders[i], 1);
            deal(holders[i], 1);
        }
        vm.prank(operator.addr);
        escrow.cancel(0, 1);
    }

    function _plain(IEscrow.Terms memory terms) private view returns (IEscrow.Terms memory) {
        terms.token = address(plain);
        return terms;
    }

    function test_fund_plainToken() public {
        _fund(_plain(_terms()));
        _record("fund, ERC-20, warm", 92_500);
    }

    function test_fund_proxyToken() public {
        _fund(_terms());
        _record("fund, USDC-like behind a proxy, warm", 106_000);
    }

    function test_fund_proxyToken_firstOfWord() public {
        IEscrow.Terms memory terms = _terms();
        terms.nonce = 256;
        _fund(terms);
        _record("fund, USDC-like behind a proxy, first nonce of a word", 106_000 + 17_100);
    }

    function test_fund_native() public {
        _fund(_native(_terms()));
        _record("fund, native, warm", 73_000);
    }

    function test_fundMany_plainToken() public {
        _fundMany(_plain(_terms()));
        _record("fundMany of 5, ERC-20, warm", 293_000);
    }

    function test_fundMany_proxyToken() public {
        _fundMany(_terms());
        _record("fundMany of 5, USDC-like behind a proxy, warm", 306_500);
    }

    function test_fundWithAuthorization_plainToken() public {
        IEscrow.Terms memory terms = _terms();
        terms.token = address(authorized);
        _fundBy(Way.Authorization, terms);
        _record("fundWithAuthorization, ERC-20, warm", 124_000);
    }

    function test_fundWithAuthorization_proxyToken() public {
        _fundBy(Way.Authorization, _terms());
        _record("fundWithAuthorization, USDC-like behind a proxy, warm", 137_000);
    }

    function test_fundWithPermit2_plainToken() public {
        _fundWithPermit2(_plain(_terms()));
        _record("fundWithPermit2, ERC-20, warm", 116_000);
    }

    function test_fundWithPermit2_proxyToken() public {
        _fundWithPermit2(_terms());
        _record("fundWithPermit2, USDC-like behind a proxy, warm", 131_500);
    }

    function test_submit() public {
        _reach(_plain(_terms()), IEscrow.Status.Submitted);
        _record("submit", 37_000);
    }

    function test_submit_toAnEvaluator() public {
        _reach(_plain(_evaluated()), IEscrow.Status.Submitted);
        _record("submit, to an evaluator", 59_500);
    }

    function test_attest_sealed() public {
        IEscrow.Terms memory terms = _plain(_verifiedExchange());
        _fund(terms);
        _attest(terms, true);
        _record("attest, a pass of a sealed deliverable", 39_500);
    }

    function test_dispute() public {
        _reach(_plain(_terms()), IEscrow.Status.Disputed);
        _record("dispute", 36_500);
    }

    function test_resolve() public {
        IEscrow.Terms memory terms = _plain(_terms());
        _reach(terms, IEscrow.Status.Disputed);
        vm.prank(arbiter.addr);
        escrow.resolve(terms, AMOUNT / 2, keccak256("ruling"));
        _record("resolve, half to each + both fees, ERC-20, warm", 89_000);
    }

    function test_refund() public {
        IEscrow.Terms memory terms = _plain(_terms());
        _fund(terms);
        vm.prank(seller.addr);
        escrow.refund(terms, AMOUNT);
        _record("refund of all, ERC-20, warm", 55_500);
    }

    function test_settle() public {
        IEscrow.Terms memory terms = _plain(_terms());
        bytes32 digest = escrow.settlementDigest(_fund(terms), AMOUNT, AMOUNT / 2, DELIVER_BY);
        (bytes memory ofBuyer, bytes memory ofSeller) = (_sign(buyer, digest), _sign(seller, digest));
        vm.prank(stranger.addr);
        escrow.settle(terms, AMOUNT, AMOUNT / 2, DELIVER_BY, ofBuyer, ofSeller);
        _record("settle, half to each + fee, ERC-20, warm", 89_000);
    }

    function test_timeout() public {
        IEscrow.Terms memory terms = _plain(_terms());
        _reach(terms, IEscrow.Status.Submitted);
        vm.warp(NOW + REVIEW + 1);
        vm.prank(stranger.addr);
        escrow.timeout(terms);
        _record("timeout, all to the seller + fee, ERC-20, warm", 65_000);
    }

    function test_releaseWithSignature() public {
        IEscrow.Terms memory terms = _plain(_terms());
        bytes memory signature = _sign(buyer, escrow.releaseDigest(_fund(terms), AMOUNT, DELIVER_BY));
        vm.prank(stranger.addr);
        escrow.releaseWithSignature(terms, AMOUNT, DELIVER_BY, signature);
        _record("releaseWithSignature of all + fee, ERC-20, warm", 71_500);
    }

    function test_release_plainToken() public {
        IEscrow.Terms memory terms = _plain(_terms());
        _reach(terms, IEscrow.Status.Submitted);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
        _record("release of all + fee, ERC-20, warm", 65_000);
    }

    function test_release_proxyToken() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Submitted);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
        _record("release of all + fee, USDC-like behind a proxy, warm", 77_500);
    }

    function test_reveal_plainToken() public {
        IEscrow.Terms memory terms = _plain(_exchange());
        _fund(terms);
        escrow.reveal(terms, KEY);
        _record("reveal + fee, ERC-20, warm", 68_000);
    }

    function test_release_ofAPart() public {
        IEscrow.Terms memory terms = _plain(_terms());
        _fund(terms);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT / 4);
        _record("release of a part + fee, ERC-20, warm", 65_000);
    }

    function test_release_native() public {
        IEscrow.Terms memory terms = _native(_terms());
        _fund(terms);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
        _record("release of all + fee, native, warm", 61_000);
    }

    function test_attest_submission() public {
        IEscrow.Terms memory terms = _plain(_evaluated());
        _reach(terms, IEscrow.Status.Submitted);
        _attest(terms, true);
        _record("attest, a pass of a submission + fee, ERC-20, warm", 72_000);
    }

    function test_reveal_afterAPass() public {
        IEscrow.Terms memory terms = _plain(_verifiedExchange());
        _fund(terms);
        _attest(terms, true);
        vm.prank(seller.addr);
        escrow.reveal(terms, KEY);
        _record("reveal after a pass + fee, ERC-20, warm", 68_500);
    }

    function test_timeout_disputed() public {
        IEscrow.Terms memory terms = _plain(_terms());
        _reach(terms, IEscrow.Status.Disputed);
        vm.warp(NOW + RULING + 1);
        vm.prank(stranger.addr);
        escrow.timeout(terms);
        _record("timeout of a dispute + fee, ERC-20, warm", 77_000);
    }

    function test_release_credited() public {
        _credit();
        _record("release of all + fee, the seller is credited, USDC-like behind a proxy", 104_000);
    }

    function test_withdraw() public {
        _credit();
        vm.prank(seller.addr);
        escrow.withdraw(address(token), arbiter.addr);
        _record("withdraw to another address, USDC-like behind a proxy, warm", 50_500);
    }

    function test_withdrawFor() public {
        _credit();
        token.unBlacklist(seller.addr);
        vm.prank(stranger.addr);
        escrow.withdrawFor(seller.addr, address(token));
        _record("withdrawFor, USDC-like behind a proxy, warm", 50_500);
    }

    /// @dev The seller's first credit.
    function _credit() private {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        token.blacklist(seller.addr);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
    }

    function _fundMany(IEscrow.Terms memory terms) private {
        IEscrow.Opening[] memory openings = new IEscrow.Opening[](PLAN);
        for (uint256 i; i < PLAN; ++i) {
            IEscrow.Terms memory milestone = abi.decode(abi.encode(terms), (IEscrow.Terms));
            milestone.nonce = i + 1;
            openings[i] = IEscrow.Opening(milestone, _authorship(milestone));
        }
        vm.prank(buyer.addr);
        escrow.fundMany(openings);
    }

    /// @dev With a nonce of the word that was used before.
    function _fundWithPermit2(IEscrow.Terms memory terms) private {
        bytes memory permit = _sign(buyer, _permit2Digest(terms, 1));
        bytes memory signature = _authorship(terms);
        vm.prank(stranger.addr);
        escrow.fundWithPermit2(terms, signature, 1, permit);
    }

    function _record(string memory what, uint256 limit) private {
        assertLe(vm.snapshotGasLastCall("Escrow", what), limit);
    }
}
