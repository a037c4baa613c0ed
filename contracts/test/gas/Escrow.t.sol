// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {EscrowTest} from "../Escrow/EscrowTest.sol";
import {PlainToken} from "../mocks/Tokens.sol";

/// @dev Gas of whole transactions, calldata included; `bin/gas` runs this isolated and keeps `snapshots/Escrow.json`.
/// Warm: everybody who is paid, and the escrow, hold a balance already, and the nonce's word was used before.
contract EscrowGas is EscrowTest {
    PlainToken internal plain;

    function setUp() public override {
        super.setUp();
        plain = new PlainToken();
        plain.mint(buyer.addr, 10 * AMOUNT);
        vm.prank(buyer.addr);
        plain.approve(address(escrow), type(uint256).max);
        address[4] memory holders = [seller.addr, feeRecipient, arbiter.addr, address(escrow)];
        for (uint256 i; i < holders.length; ++i) {
            plain.mint(holders[i], 1);
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
        _record("fund, ERC-20, warm", 93_000);
    }

    function test_fund_proxyToken() public {
        _fund(_terms());
        _record("fund, USDC-like behind a proxy, warm", 106_000);
    }

    function test_submit() public {
        _reach(_plain(_terms()), IEscrow.Status.Submitted);
        _record("submit", 42_000);
    }

    function test_release_plainToken() public {
        IEscrow.Terms memory terms = _plain(_terms());
        _reach(terms, IEscrow.Status.Submitted);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
        _record("release of all + fee, ERC-20, warm", 65_500);
    }

    function test_release_proxyToken() public {
        IEscrow.Terms memory terms = _terms();
        _reach(terms, IEscrow.Status.Submitted);
        vm.prank(buyer.addr);
        escrow.release(terms, AMOUNT);
        _record("release of all + fee, USDC-like behind a proxy, warm", 82_000);
    }

    function test_reveal_plainToken() public {
        IEscrow.Terms memory terms = _plain(_exchange());
        _fund(terms);
        escrow.reveal(terms, KEY);
        _record("reveal + fee, ERC-20, warm", 68_500);
    }

    function _record(string memory what, uint256 limit) private {
        assertLe(vm.snapshotGasLastCall("Escrow", what), limit);
    }
}
