// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";
import {IERC3009} from "../../src/interfaces/IERC3009.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {TestTokenProxy} from "../../src/testing/TestTokenProxy.sol";
import {AuthorizedToken} from "../mocks/Tokens.sol";

/// @dev What a contract cannot do for less: it moves the money, changes the one word that it must remember, and says so in one
/// event. It checks nothing and anyone may take anyone's tokens with it.
contract Bare {
    event Done(bytes32 indexed id);

    mapping(bytes32 id => uint256 word) private _words;

    function pay(IERC20 token, address payee, uint256 amount, address feeRecipient, uint256 fee) external {
        token.transferFrom(msg.sender, payee, amount);
        token.transferFrom(msg.sender, feeRecipient, fee);
        emit Done(0);
    }

    function payMany(IERC20 token, address[] calldata payees, uint256 amount, address feeRecipient, uint256 fee)
        external
    {
        for (uint256 i; i < payees.length; ++i) {
            token.transferFrom(msg.sender, payees[i], amount);
            emit Done(0);
        }
        token.transferFrom(msg.sender, feeRecipient, fee);
    }

    function payNative(address payable payee, uint256 amount, address payable feeRecipient, uint256 fee)
        external
        payable
    {
        _sendNative(payee, amount);
        _sendNative(feeRecipient, fee);
        emit Done(0);
    }

    function payAuthorized(
        address token,
        address from,
        uint256[2] calldata amounts,
        address[2] calldata to,
        uint256 validBefore,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        IERC3009(token)
            .receiveWithAuthorization(from, address(this), amounts[0] + amounts[1], 0, validBefore, bytes32(0), v, r, s);
        IERC20(token).transfer(to[0], amounts[0]);
        IERC20(token).transfer(to[1], amounts[1]);
        emit Done(0);
    }

    function refund(IERC20 token, address payee, uint256 amount) external {
        token.transferFrom(msg.sender, payee, amount);
        emit Done(0);
    }

    function fund(bytes32 id, IERC20 token, uint256 amount) external {
        _words[id] = amount;
        token.transferFrom(msg.sender, address(this), amount);
        emit Done(id);
    }

    function submit(bytes32 id) external {
        _words[id] += 1;
        emit Done(id);
    }

    function release(bytes32 id, IERC20 token, address payee, uint256 amount, address feeRecipient, uint256 fee)
        external
    {
        _words[id] += 1;
        token.transfer(payee, amount);
        token.transfer(feeRecipient, fee);
        emit Done(id);
    }

    function _sendNative(address payable to, uint256 amount) private {
        (bool success,) = to.call{value: amount}("");
        require(success);
    }
}

/// @dev The floor of each figure in `docs/BENCHMARKS.md`: gas of whole transactions to `Bare`, with the amounts and the warm
/// balances of the other tests here. `bin/gas` keeps it in `snapshots/Floor.json`.
contract FloorGas is Test {
    uint256 private constant AMOUNT = 10_000_000;
    uint256 private constant FEE = 250_000;

    Bare private bare = new Bare();
    AuthorizedToken private plain = new AuthorizedToken();
    TestToken private token = TestToken(
        address(
            new TestTokenProxy(address(new TestToken()), abi.encodeCall(TestToken.initialize, ("USD Coin", "USDC")))
        )
    );
    address private payer;
    uint256 private payerKey;
    address payable private payee = payable(makeAddr("payee"));
    address payable private feeRecipient = payable(makeAddr("feeRecipient"));

    function setUp() public {
        vm.warp(1_800_000_000);
        (payer, payerKey) = makeAddrAndKey("payer");
        address[4] memory holders = [payer, payee, feeRecipient, address(bare)];
        for (uint256 i; i < holders.length; ++i) {
            plain.mint(holders[i], i == 0 ? 100 * AMOUNT : 1);
            token.mint(holders[i], i == 0 ? 100 * AMOUNT : 1);
            deal(holders[i], i == 0 ? 100 ether : 1);
        }
        vm.startPrank(payer);
        plain.approve(address(bare), type(uint256).max);
        token.approve(address(bare), type(uint256).max);
        vm.stopPrank();
    }

    function test_pay() public {
        _pay(plain);
        _record("pay + fee, ERC-20");
        _pay(token);
        _record("pay + fee, USDC-like behind a proxy");
    }

    function test_pay_native() public {
        vm.prank(payer);
        bare.payNative{value: 1 ether + 0.025 ether}(payee, 1 ether, feeRecipient, 0.025 ether);
        _record("pay + fee, native");
    }

    function test_pay_authorized() public {
        _payAuthorized(address(plain), plain.DOMAIN_SEPARATOR());
        _record("EIP-3009 + fee, ERC-20");
        _payAuthorized(address(token), token.DOMAIN_SEPARATOR());
        _record("EIP-3009 + fee, USDC-like behind a proxy");
    }

    function test_pay_many() public {
        _payMany(plain);
        _record("batch of 10 + fee, ERC-20");
        _payMany(token);
        _record("batch of 10 + fee, USDC-like behind a proxy");
    }

    function test_refund() public {
        vm.prank(payer);
        bare.refund(plain, payee, AMOUNT);
        _record("refund, ERC-20");
        vm.prank(payer);
        bare.refund(token, payee, AMOUNT);
        _record("refund, USDC-like behind a proxy");
    }

    function test_escrow() public {
        _job(plain, "ERC-20");
        _job(token, "USDC-like behind a proxy");
    }

    /// @dev Fund, submit and release of one escrow.
    function _job(IERC20 asset, string memory what) private {
        bytes32 id = keccak256(bytes(what));
        vm.prank(payer);
        bare.fund(id, asset, AMOUNT + FEE);
        _record(string.concat("fund, ", what));
        vm.prank(payee);
        bare.submit(id);
        _record(string.concat("submit, ", what));
        vm.prank(payer);
        bare.release(id, asset, payee, AMOUNT, feeRecipient, FEE);
        _record(string.concat("release + fee, ", what));
    }

    function _pay(IERC20 asset) private {
        vm.prank(payer);
        bare.pay(asset, payee, AMOUNT, feeRecipient, FEE);
    }

    function _payMany(IERC20 asset) private {
        address[] memory payees = new address[](10);
        for (uint256 i; i < payees.length; ++i) {
            payees[i] = payee;
        }
        vm.prank(payer);
        bare.payMany(asset, payees, AMOUNT, feeRecipient, 10 * FEE);
    }

    function _payAuthorized(address asset, bytes32 separator) private {
        uint256 validBefore = vm.getBlockTimestamp() + 1 hours;
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                ),
                payer,
                bare,
                AMOUNT + FEE,
                0,
                validBefore,
                0
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(payerKey, keccak256(abi.encodePacked(hex"1901", separator, structHash)));
        bare.payAuthorized(asset, payer, [AMOUNT, FEE], [address(payee), feeRecipient], validBefore, v, r, s);
    }

    /// @dev A floor above the figure that it is the floor of would be no floor: `docs/BENCHMARKS.md` is checked for that.
    function _record(string memory what) private {
        vm.snapshotGasLastCall("Floor", what);
    }
}
