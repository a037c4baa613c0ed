// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Test, Vm} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {PlainToken} from "../mocks/Tokens.sol";

/// @dev Does what operators, payers and attackers do, in any order, and keeps its own books of what must come of it.
/// Everything that must fail is tried for real and must fail: with `fail_on_revert` a surprise either way ends the run.
contract PaymentRouterHandler is Test {
    uint256 private constant ACTORS = 5;
    uint256 private constant OPERATORS = 2;
    /// @dev Few nonces, so that they collide: the words 0 and 1.
    uint256 private constant NONCES = 512;
    uint256 private constant ENDOWMENT = 1e30;

    PaymentRouter public immutable router;
    /// @dev Two ERC-20 tokens and the native coin.
    address[3] public tokens;
    address[] public accounts;

    Vm.Wallet[] private _operators;
    Vm.Wallet[] private _delegates;
    uint256 private _time = 1_800_000_000;

    /* THE GHOST LEDGER */

    mapping(address token => mapping(address account => uint256)) public balances;
    mapping(address operator => mapping(uint256 nonce => uint256)) public paid;
    mapping(address operator => mapping(uint256 nonce => bool)) public cancelled;
    mapping(address operator => mapping(address signer => uint48)) public until;

    struct Paid {
        IPaymentRouter.Payment payment;
        bytes signature;
        address sender;
    }

    Paid[] private _history;

    constructor(PaymentRouter router_) {
        router = router_;
        tokens = [address(new PlainToken()), address(new PlainToken()), address(0)];
        vm.warp(_time);

        for (uint256 i; i < ACTORS; ++i) {
            accounts.push(makeAddr(string.concat("actor ", vm.toString(i))));
        }
        for (uint256 i; i < OPERATORS; ++i) {
            _operators.push(vm.createWallet(string.concat("operator ", vm.toString(i))));
            _delegates.push(vm.createWallet(string.concat("delegate ", vm.toString(i))));
            accounts.push(_operators[i].addr);
        }
        for (uint256 i; i < accounts.length; ++i) {
            for (uint256 t; t < 2; ++t) {
                PlainToken(tokens[t]).mint(accounts[i], ENDOWMENT);
                vm.prank(accounts[i]);
                PlainToken(tokens[t]).approve(address(router), type(uint256).max);
            }
            vm.deal(accounts[i], ENDOWMENT);
            for (uint256 t; t < 3; ++t) {
                balances[tokens[t]][accounts[i]] = ENDOWMENT;
            }
        }
    }

    /* ACTIONS */

    /// @dev A valid payment or refund, signed by the operator or, while its time lasts, a delegate; it must be paid exactly
    /// when its nonce is neither paid nor cancelled.
    function pay(uint256 seed, uint96 amount, uint256 feeBps) external {
        (IPaymentRouter.Payment memory payment, address sender) = _draw(seed, amount, feeBps);
        bytes memory signature = _sign(_signer(payment.operator, seed), payment);
        _attempt(payment, signature, sender);
    }

    /// @dev Something paid before, again: the same, or reissued under the same nonce.
    function payAgain(uint256 seed, bool reissued) external {
        if (_history.length == 0) return;
        Paid storage before = _history[seed % _history.length];
        IPaymentRouter.Payment memory payment = before.payment;
        bytes memory signature = before.signature;
        if (reissued) {
            payment.requestId = keccak256(abi.encode(seed));
            payment.deadline = _time + 1 days;
            signature = _sign(_operatorOf(payment.operator), payment);
        }
        _attempt(payment, signature, before.sender);
    }

    /// @dev A payment whose deadline has passed.
    function payLate(uint256 seed, uint96 amount, uint32 late) external {
        (IPaymentRouter.Payment memory payment, address sender) = _draw(seed, amount, 0);
        payment.deadline = _time - 1 - late % 365 days;
        _mustFail(payment, _sign(_operatorOf(payment.operator), payment), sender, IPaymentRouter.Expired.selector);
    }

    /// @dev A valid payment, sent by somebody who is not its payer but has the payer's allowance in reach.
    function payWithSomebodyElsesMoney(uint256 seed, uint96 amount) external {
        (IPaymentRouter.Payment memory payment, address sender) = _draw(seed, amount, 0);
        payment.payer = sender;
        address thief = accounts[(_indexOf(sender) + 1 + (seed >> 200) % (accounts.length - 1)) % accounts.length];
        _mustFail(payment, _sign(_operatorOf(payment.operator), payment), thief, IPaymentRouter.WrongPayer.selector);
    }

    /// @dev A payment of one operator, signed by the other or by a delegate that is none (any more).
    function payUnauthorised(uint256 seed, uint96 amount) external {
        (IPaymentRouter.Payment memory payment, address sender) = _draw(seed, amount, 0);
        Vm.Wallet memory signer =
            (seed >> 200) % 2 == 0 ? _other(payment.operator) : _delegates[(seed >> 201) % OPERATORS];
        if (until[payment.operator][signer.addr] >= _time) return;
        _mustFail(payment, _sign(signer, payment), sender, IOperators.WrongSigner.selector);
    }

    /// @dev Terms that were signed, changed by the payer.
    function payTampered(uint256 seed, uint96 amount) external {
        (IPaymentRouter.Payment memory payment, address sender) = _draw(seed, amount, 0);
        bytes memory signature = _sign(_operatorOf(payment.operator), payment);
        uint256 field = (seed >> 200) % 4;
        if (field == 0) payment.amount += 1;
        else if (field == 1) payment.nonce += 1;
        else if (field == 2) payment.deadline += 1;
        else payment.requestId = keccak256(abi.encode(payment.requestId));
        _mustFail(payment, signature, sender, IOperators.WrongSigner.selector);
    }

    /// @dev A fee one unit above the cap, signed all the same.
    function payTooHighFee(uint256 seed, uint96 amount) external {
        (IPaymentRouter.Payment memory payment, address sender) = _draw(seed, amount, 1);
        payment.parent = 0;
        payment.feeRecipient = _actor(_indexOf(sender) + 2);
        payment.feeAmount = payment.amount / 4 + 1;
        _mustFail(payment, _sign(_operatorOf(payment.operator), payment), sender, IPaymentRouter.FeeTooHigh.selector);
    }

    function setSigner(uint256 seed, uint48 until_) external {
        address operator = _operators[seed % OPERATORS].addr;
        address signer = _delegates[(seed >> 8) % OPERATORS].addr;
        // Around now half of the time, revoked at times.
        if (seed % 5 == 0) until_ = 0;
        else if (seed % 2 == 0) until_ = uint48(_time + until_ % 1 days);
        vm.prank(operator);
        router.setSigner(signer, until_);
        until[operator][signer] = until_;
    }

    function cancel(uint256 seed, uint256 mask) external {
        address operator = _operators[seed % OPERATORS].addr;
        uint256 word = (seed >> 8) % (NONCES / 256);
        // One bit in sixteen, so that there is something left to pay.
        mask &= mask >> 8 & mask >> 16 & mask >> 24;
        vm.recordLogs();
        vm.prank(operator);
        router.cancel(word, mask);

        uint256 changed;
        for (uint256 bit; bit < 256; ++bit) {
            uint256 nonce = word * 256 + bit;
            if (mask & (1 << bit) == 0 || paid[operator][nonce] > 0 || cancelled[operator][nonce]) continue;
            cancelled[operator][nonce] = true;
            changed |= 1 << bit;
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, changed == 0 ? 0 : 1);
        if (changed != 0) assertEq(logs[0].data, abi.encode(word, changed));
    }

    function passTime(uint32 seconds_) external {
        _time += seconds_ % 1 days;
        vm.warp(_time);
    }

    /* WHAT MUST COME OF IT */

    /// @dev Pays, and compares every account and the event with the books; or fails with NonceUsed, as the books say.
    function _attempt(IPaymentRouter.Payment memory payment, bytes memory signature, address sender) private {
        if (payment.deadline < _time) {
            return _mustFail(payment, signature, sender, IPaymentRouter.Expired.selector);
        }
        if (paid[payment.operator][payment.nonce] > 0 || cancelled[payment.operator][payment.nonce]) {
            // A delegate may have lost its authority since; then that is what the router says.
            bytes4 reason =
                _isAuthorised(payment, signature) ? IOperators.NonceUsed.selector : IOperators.WrongSigner.selector;
            return _mustFail(payment, signature, sender, reason);
        }

        vm.recordLogs();
        vm.prank(sender);
        router.pay{value: payment.token == address(0) ? payment.amount + payment.feeAmount : 0}(payment, signature);

        paid[payment.operator][payment.nonce] += 1;
        balances[payment.token][sender] -= payment.amount + payment.feeAmount;
        balances[payment.token][payment.payee] += payment.amount;
        balances[payment.token][payment.feeRecipient] += payment.feeAmount;
        _history.push(Paid(payment, signature, sender));
        _assertEvent(payment, sender);
    }

    /// @dev R5: exactly one event of the router, and it is the preimage of the digest with the effective payer.
    function _assertEvent(IPaymentRouter.Payment memory p, address sender) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 found;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(router)) continue;
            ++found;
            bool refund = p.parent != 0;
            assertEq(
                logs[i].topics[0], refund ? IPaymentRouter.RefundRouted.selector : IPaymentRouter.PaymentRouted.selector
            );
            assertEq(logs[i].topics[1], bytes32(uint256(uint160(p.operator))));
            assertEq(logs[i].topics[2], refund ? p.parent : p.requestId);
            assertEq(logs[i].topics[3], bytes32(uint256(uint160(p.payee))));
            bytes memory data = refund
                ? abi.encode(p.requestId, sender, p.token, p.amount, p.nonce, p.deadline, router.digest(p))
                : abi.encode(
                    sender, p.token, p.amount, p.feeRecipient, p.feeAmount, p.nonce, p.deadline, router.digest(p)
                );
            assertEq(logs[i].data, data);
        }
        assertEq(found, 1);
    }

    function _mustFail(IPaymentRouter.Payment memory payment, bytes memory signature, address sender, bytes4 reason)
        private
    {
        uint256 value = payment.token == address(0) ? payment.amount + payment.feeAmount : 0;
        vm.expectPartialRevert(reason);
        vm.prank(sender);
        router.pay{value: value}(payment, signature);
    }

    /* DRAWING */

    /// @dev A valid payment from the bits of `seed`, and who sends it: paid by name or open, with or without fee, or a refund.
    function _draw(uint256 seed, uint96 amount, uint256 feeBps)
        private
        view
        returns (IPaymentRouter.Payment memory payment, address sender)
    {
        sender = _actor(seed);
        payment.operator = _operators[(seed >> 8) % OPERATORS].addr;
        payment.requestId = keccak256(abi.encode(seed));
        payment.payee = _actor(seed % ACTORS + 1);
        payment.token = tokens[(seed >> 16) % 3];
        payment.amount = bound(amount, 1, 1e20);
        payment.nonce = (seed >> 24) % NONCES;
        payment.deadline = _time + (seed >> 40) % 1 days;

        if ((seed >> 64) % 4 == 0) payment.parent = keccak256(abi.encode(seed, "parent"));
        if (payment.parent != 0 || (seed >> 72) % 3 != 0) payment.payer = sender;
        uint256 fee = payment.amount * bound(feeBps, 0, 2500) / 10_000;
        if (payment.parent == 0 && fee != 0) {
            payment.feeRecipient = _actor(seed % ACTORS + 2);
            payment.feeAmount = fee;
        }
    }

    function _signer(address operator, uint256 seed) private view returns (Vm.Wallet memory) {
        Vm.Wallet memory delegate = _delegates[(seed >> 80) % OPERATORS];
        bool byDelegate = (seed >> 88) % 2 == 0 && until[operator][delegate.addr] >= _time;
        return byDelegate ? delegate : _operatorOf(operator);
    }

    function _sign(Vm.Wallet memory signer, IPaymentRouter.Payment memory payment) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer.privateKey, router.digest(payment));
        return abi.encodePacked(r, s, v);
    }

    /// @dev The signer is the operator or a delegate that the books say is authorised now.
    function _isAuthorised(IPaymentRouter.Payment memory payment, bytes memory signature) private view returns (bool) {
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
        address signer = ecrecover(router.digest(payment), uint8(signature[64]), r, s);
        return signer == payment.operator || until[payment.operator][signer] >= _time;
    }

    function _actor(uint256 index) private view returns (address) {
        return accounts[index % ACTORS];
    }

    function _indexOf(address account) private view returns (uint256 index) {
        while (accounts[index] != account) ++index;
    }

    function _operatorOf(address operator) private view returns (Vm.Wallet memory) {
        return operator == _operators[0].addr ? _operators[0] : _operators[1];
    }

    function _other(address operator) private view returns (Vm.Wallet memory) {
        return operator == _operators[0].addr ? _operators[1] : _operators[0];
    }

    /* FOR THE INVARIANTS */

    function accountCount() external view returns (uint256) {
        return accounts.length;
    }

    function historyLength() external view returns (uint256) {
        return _history.length;
    }

    function history(uint256 index) external view returns (Paid memory) {
        return _history[index];
    }
}
