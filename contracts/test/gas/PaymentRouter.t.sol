// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {PathsTest} from "../PaymentRouter/PathsTest.sol";
import {AuthorizedToken, PlainToken} from "../mocks/Tokens.sol";

/// @dev Gas of whole transactions, calldata included; `bin/gas` runs this isolated and keeps `snapshots/PaymentRouter.json`.
/// Warm: all recipients hold a balance already and the nonce's word was used before, as it is 255 times of 256; so was the
/// payer's word of nonces in Permit2, and its permit nonce in the token. What a relayed payment costs is paid by a stranger.
contract PaymentRouterGas is PathsTest {
    uint256 private constant BATCH = 10;

    PlainToken internal plain;
    /// @dev The plain token's transfers with ERC-2612 and ERC-3009 beside them.
    AuthorizedToken internal authorized;

    function setUp() public override {
        super.setUp();
        plain = new PlainToken();
        plain.mint(payer, 1_000_000_000);
        vm.prank(payer);
        plain.approve(address(router), type(uint256).max);

        authorized = new AuthorizedToken();
        _fundAll(authorized);
        _approveAll(payer, address(plain));

        for (uint256 i; i < BATCH + 2; ++i) {
            address recipient = i < BATCH ? _payeeOf(i) : i == BATCH ? payee : feeRecipient;
            plain.mint(recipient, 1);
            authorized.mint(recipient, 1);
            token.mint(recipient, 1);
        }
        _useUp(address(authorized));
        _useUp(address(token));
        _approveAll(payer, address(token));
        deal(payee, 1);
        deal(feeRecipient, 1);
        vm.prank(operator.addr);
        router.cancel(0, 1);
    }

    function test_pay_plainToken() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = address(plain);
        _pay(payment);
        _record("pay, ERC-20 + fee, warm", 72_000);
    }

    function test_pay_proxyToken() public {
        _pay(_payment());
        _record("pay, USDC-like behind a proxy + fee, warm", 94_000);
    }

    function test_pay_proxyToken_firstOfWord() public {
        IPaymentRouter.Payment memory payment = _payment();
        payment.nonce = 256;
        _pay(payment);
        _record("pay, USDC-like behind a proxy + fee, first nonce of a word", 94_000 + 17_100);
    }

    function test_pay_native() public {
        _pay(_nativePayment());
        _record("pay, native + fee, warm", 62_000);
    }

    function test_pay_byDelegate() public {
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, type(uint48).max);
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = address(plain);
        _payAs(payer, payment, _sign(delegate, payment));
        _record("pay, ERC-20 + fee, warm, signed by a delegate", 74_200);
    }

    function test_refund_plainToken() public {
        plain.mint(payee, AMOUNT);
        vm.prank(payee);
        plain.approve(address(router), type(uint256).max);
        IPaymentRouter.Payment memory refund = _refund();
        refund.token = address(plain);
        _payAs(payee, refund, _sign(operator, refund));
        _record("refund, ERC-20, warm", 63_000);
    }

    function test_refund_proxyToken() public {
        token.mint(payee, AMOUNT);
        vm.prank(payee);
        token.approve(address(router), type(uint256).max);
        IPaymentRouter.Payment memory refund = _refund();
        _payAs(payee, refund, _sign(operator, refund));
        _record("refund, USDC-like behind a proxy, warm", 82_000);
    }

    /// @dev To one payee, as when a buyer pays many units of one seller.
    function test_payBatch_plainToken() public {
        _payBatch(address(plain), BATCH, 1);
        _record("payBatch of 10, ERC-20 + fee, warm", 238_000);
    }

    function test_payBatch_proxyToken() public {
        _payBatch(address(token), BATCH, 1);
        _record("payBatch of 10, USDC-like behind a proxy + fee, warm", 305_000);
    }

    /// @dev Each more payee is a balance read for the first time in this transaction (4,800 gas; 2,100 more for its place on
    /// USDC's blacklist), which no batch can save.
    function test_payBatch_plainToken_manyPayees() public {
        _payBatch(address(plain), BATCH, BATCH);
        _record("payBatch of 10 to 10 payees, ERC-20 + fee, warm", 238_000 + 9 * 4800);
    }

    function test_payBatch_proxyToken_manyPayees() public {
        _payBatch(address(token), BATCH, BATCH);
        _record("payBatch of 10 to 10 payees, USDC-like behind a proxy + fee, warm", 305_000 + 9 * 6900);
    }

    function test_payBatch_ofOne() public {
        _payBatch(address(plain), 1, 1);
        _record("payBatch of 1, ERC-20 + fee, warm", 74_000);
    }

    function test_payWithPermit_plainToken() public {
        _payIn(Path.Permit, address(authorized));
        _record("payWithPermit, ERC-20 + fee, warm", 96_000);
    }

    function test_payWithPermit_proxyToken() public {
        _payIn(Path.Permit, address(token));
        _record("payWithPermit, USDC-like behind a proxy + fee, warm", 120_000);
    }

    function test_payWithAuthorization_plainToken() public {
        _payIn(Path.Authorization, address(authorized));
        _record("payWithAuthorization, ERC-20 + fee, warm", 109_000);
    }

    function test_payWithAuthorization_proxyToken() public {
        _payIn(Path.Authorization, address(token));
        _record("payWithAuthorization, USDC-like behind a proxy + fee, warm", 134_000);
    }

    function test_payWithPermit2_plainToken() public {
        _payWithPermit2(address(plain), 1);
        _record("payWithPermit2, ERC-20 + fee, warm", 98_000);
    }

    function test_payWithPermit2_proxyToken() public {
        _payWithPermit2(address(token), 1);
        _record("payWithPermit2, USDC-like behind a proxy + fee, warm", 119_000);
    }

    function test_payWithPermit2_firstOfWord() public {
        _payWithPermit2(address(token), 256);
        _record("payWithPermit2, USDC-like behind a proxy + fee, first nonce of a word of Permit2", 119_000 + 17_100);
    }

    function test_setSigner() public {
        vm.prank(operator.addr);
        router.setSigner(delegate.addr, type(uint48).max);
        _record("setSigner, new", 50_000);
    }

    function test_cancel() public {
        vm.prank(operator.addr);
        router.cancel(0, type(uint256).max);
        _record("cancel, warm word", 32_000);
    }

    function _payIn(Path path, address token_) private {
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = token_;
        _payBy(path, payment);
    }

    function _payWithPermit2(address token_, uint256 permitNonce) private {
        IPaymentRouter.Payment memory payment = _payment();
        payment.token = token_;
        bytes memory permit = _sign(payerKey, _permit2Digest(payment, permitNonce));
        bytes memory signature = _sign(operator, payment);
        vm.prank(stranger.addr);
        router.payWithPermit2(payment, signature, permitNonce, permit);
    }

    function _payBatch(address token_, uint256 count, uint256 payees) private {
        IPaymentRouter.Payment[] memory payments = new IPaymentRouter.Payment[](count);
        for (uint256 i; i < count; ++i) {
            payments[i] = _payment();
            payments[i].requestId = keccak256(abi.encode("unit", i));
            payments[i].token = token_;
            payments[i].payee = _payeeOf(i % payees);
            payments[i].nonce = NONCE + i;
        }
        bytes memory signature = _signBatch(operator, payments);
        vm.prank(payer);
        router.payBatch(payments, signature);
    }

    function _payeeOf(uint256 index) private returns (address) {
        return makeAddr(string.concat("payee ", vm.toString(index)));
    }

    /// @dev The payer's first permit in the token and its first nonce in Permit2.
    function _useUp(address token_) private {
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(payerKey, token_, 0, NOW);
        IERC20Permit(token_).permit(payer, address(router), 0, NOW, v, r, s);
        vm.prank(payer);
        (bool used,) = PERMIT2.call(abi.encodeWithSignature("invalidateUnorderedNonces(uint256,uint256)", 0, 1));
        assertTrue(used);
    }

    function _record(string memory what, uint256 limit) private {
        assertLe(vm.snapshotGasLastCall("PaymentRouter", what), limit);
    }
}
