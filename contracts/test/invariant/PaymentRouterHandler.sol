// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Vm} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IFunds} from "../../src/interfaces/IFunds.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {PlainToken} from "../mocks/Tokens.sol";
import {PaymentRouterBooks} from "./PaymentRouterBooks.sol";

/// @dev Does what operators, payers and attackers do, in any order and in every way to pay. Everything that must fail is tried
/// for real and must fail: with `fail_on_revert` a surprise either way ends the run.
contract PaymentRouterHandler is PaymentRouterBooks {
    uint256 private constant BATCH = 4;

    constructor(PaymentRouter router_) PaymentRouterBooks(router_) {}

    /* PAYING */

    /// @dev A valid payment or refund, signed by the operator or, while its time lasts, a delegate; it must be paid exactly
    /// when its nonce is neither paid nor cancelled and nobody in it is on the blacklist.
    function pay(uint256 seed, uint96 amount, uint256 feeBps) external {
        (IPaymentRouter.Payment memory payment, address payer) = _draw(seed, amount, feeBps);
        _attemptOne(_pathFor(seed >> 208, payment), payment, _signer(payment.operator, seed), payer);
    }

    /// @dev Several valid payments at once, whose nonces may collide with paid ones and with one another.
    function payBatch(uint256 seed, uint96 amount, uint256 feeBps) external {
        (IPaymentRouter.Payment memory first, address payer) = _draw(seed, amount, feeBps);
        first.payer = payer;
        first.parent = 0;
        if (first.token == address(0)) first.token = tokens[(seed >> 208) % NATIVE];
        IPaymentRouter.Payment[] memory payments = new IPaymentRouter.Payment[](1 + (seed >> 216) % BATCH);
        for (uint256 i; i < payments.length; ++i) {
            (IPaymentRouter.Payment memory p,) = _draw(uint256(keccak256(abi.encode(seed, i))), amount, 0);
            p.operator = first.operator;
            p.parent = 0;
            p.payer = payer;
            p.token = first.token;
            p.feeRecipient = first.feeRecipient;
            p.amount = first.amount + i;
            p.feeAmount = first.feeAmount;
            if (p.payee == payer || p.payee == p.feeRecipient) p.payee = first.payee;
            payments[i] = p;
        }
        _attempt(Path.Batch, payments, _signer(first.operator, seed), payer, payer);
    }

    /// @dev Something paid before, again, in any way: the same, or reissued under the same nonce.
    function payAgain(uint256 seed, bool reissued) external {
        if (this.historyLength() == 0) return;
        Paid memory before = history(seed % this.historyLength());
        if (reissued) {
            before.payment.requestId = keccak256(abi.encode(seed));
            before.payment.deadline = _time + 1 days;
            before.signer = _operatorOf(before.payment.operator);
        }
        _attemptOne(_pathFor(seed >> 208, before.payment), before.payment, before.signer, before.payer);
    }

    /* WHAT MUST FAIL */

    function payLate(uint256 seed, uint96 amount, uint32 late) external {
        (IPaymentRouter.Payment memory payment, address payer) = _draw(seed, amount, 0);
        payment.deadline = _time - 1 - late % 365 days;
        _mustFailWith(seed, payment, _operatorOf(payment.operator), payer, IPaymentRouter.Expired.selector);
    }

    /// @dev A valid payment of somebody else, sent by one who has its allowances in reach and signs what it can.
    function payWithSomebodyElsesMoney(uint256 seed, uint96 amount) external {
        (IPaymentRouter.Payment memory payment, address payer) = _draw(seed, amount, 0);
        payment.payer = payer;
        Vm.Wallet memory thief = _keyOf(_actor(_indexOf(payer) + 1 + (seed >> 200) % (ACTORS - 1)));
        Path path = _pathFor(seed >> 208, payment);
        bytes memory call_ = _callOf(path, payment, _operatorOf(payment.operator), thief);
        _mustFail(
            thief.addr, _valueOf(payment), call_, _isRelayed(path) ? bytes4(0) : IPaymentRouter.WrongPayer.selector
        );
    }

    /// @dev A payment of one operator, signed by the other or by a delegate that is none (any more).
    function payUnauthorised(uint256 seed, uint96 amount) external {
        (IPaymentRouter.Payment memory payment, address payer) = _draw(seed, amount, 0);
        Vm.Wallet memory signer = (seed >> 200) % 2 == 0
            ? _operators[payment.operator == _operators[0].addr ? 1 : 0]
            : _delegates[(seed >> 201) % OPERATORS];
        if (until[payment.operator][signer.addr] >= _time) return;
        _mustFailWith(seed, payment, signer, payer, IOperators.WrongSigner.selector);
    }

    /// @dev Terms that the operator signed, changed by the payer, who signs what it changed them to.
    function payTampered(uint256 seed, uint96 amount) external {
        (IPaymentRouter.Payment memory payment, address payer) = _draw(seed, amount, 0);
        Path path = _pathFor(seed >> 208, payment);
        bytes memory signature = _sign(_operatorOf(payment.operator), _operatorDigest(path, payment));
        uint256 field = (seed >> 200) % 4;
        if (field == 0) payment.amount += 1;
        else if (field == 1) payment.nonce += 1;
        else if (field == 2) payment.deadline += 1;
        else payment.requestId = keccak256(abi.encode(payment.requestId));
        bytes memory call_ = _callOf(path, payment, signature, _keyOf(payer));
        _mustFail(payer, _valueOf(payment), call_, IOperators.WrongSigner.selector);
    }

    /// @dev A fee one unit above the cap, signed all the same.
    function payTooHighFee(uint256 seed, uint96 amount) external {
        (IPaymentRouter.Payment memory payment, address payer) = _draw(seed, amount, 1);
        payment.parent = 0;
        payment.feeRecipient = _actor(_indexOf(payer) + 2);
        payment.feeAmount = payment.amount / 4 + 1;
        _mustFailWith(seed, payment, _operatorOf(payment.operator), payer, IPaymentRouter.FeeTooHigh.selector);
    }

    /// @dev In a token that moves nothing and says that it did, while the router has a stray balance of it.
    function payInALyingToken(uint256 seed, uint96 amount) external {
        (IPaymentRouter.Payment memory payment, address payer) = _draw(seed, amount, 0);
        payment.token = address(_lying);
        if (!_isFree(payment.operator, payment.nonce)) return;
        _mustFailWith(seed, payment, _operatorOf(payment.operator), payer, IFunds.InexactTransfer.selector);
    }

    /* AROUND IT */

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
            if (mask & (1 << bit) == 0 || !_isFree(operator, nonce)) continue;
            cancelled[operator][nonce] = true;
            changed |= 1 << bit;
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, changed == 0 ? 0 : 1);
        if (changed != 0) assertEq(logs[0].data, abi.encode(word, changed));
    }

    /// @dev One account at a time, so that the others can pay.
    function blacklist(uint256 seed) external {
        TestToken token = TestToken(tokens[1]);
        for (uint256 i; i < ACTORS; ++i) {
            if (!blacklisted[_actor(i)]) continue;
            token.unBlacklist(_actor(i));
            blacklisted[_actor(i)] = false;
        }
        if (seed % 3 == 0) return;
        token.blacklist(_actor(seed >> 8));
        blacklisted[_actor(seed >> 8)] = true;
    }

    /// @dev Tokens or coin that somebody loses to the router: they stay there, and nothing can be paid with them.
    function lose(uint256 seed, uint64 amount) external {
        address token = tokens[seed % TOKENS];
        if (token == address(0)) vm.deal(address(router), address(router).balance + amount);
        else PlainToken(token).mint(address(router), amount);
        balances[token][address(router)] += amount;
        _lying.mint(address(router), amount);
    }

    function passTime(uint32 seconds_) external {
        _time += seconds_ % 1 days;
        vm.warp(_time);
    }

    /* DRAWING */

    function _attemptOne(Path path, IPaymentRouter.Payment memory payment, Vm.Wallet memory signer, address payer)
        private
    {
        address sender = _isRelayed(path) ? _actor(uint256(payment.requestId)) : payer;
        bool early = path == Path.Permit && uint256(payment.requestId) % 2 == 0;
        if (early) _sendPermit(payment, payer);
        _attempt(path, _batchOf(payment), signer, payer, sender);
        if (path != Path.Permit || (payment.token == tokens[1] && blacklisted[payer])) return;
        // A permit replaces the allowance that the other ways to pay need.
        _approveAll(payment.token, payer);
    }

    /// @dev Somebody takes the permit from the mempool and sends it first.
    function _sendPermit(IPaymentRouter.Payment memory payment, address payer) private {
        if (payment.deadline < _time || (payment.token == tokens[1] && blacklisted[payer])) return;
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(_keyOf(payer), payment);
        IERC20Permit(payment.token).permit(payer, address(router), _total(payment), payment.deadline, v, r, s);
    }

    function _mustFailWith(
        uint256 seed,
        IPaymentRouter.Payment memory payment,
        Vm.Wallet memory signer,
        address payer,
        bytes4 reason
    ) private {
        Path path = _pathFor(seed >> 208, payment);
        _mustFail(payer, _valueOf(payment), _callOf(path, payment, signer, _keyOf(payer)), reason);
    }

    /// @dev Any way in which this payment can be paid.
    function _pathFor(uint256 seed, IPaymentRouter.Payment memory payment) private pure returns (Path path) {
        path = Path(seed % PATHS);
        if (payment.token == address(0)) return Path.Allowance;
        if (payment.payer == address(0)) return path == Path.Permit ? path : Path.Allowance;
        if (payment.parent != 0 && path == Path.Batch) return Path.Permit2;
    }

    function _valueOf(IPaymentRouter.Payment memory payment) private pure returns (uint256) {
        return payment.token == address(0) ? _total(payment) : 0;
    }

    /// @dev A valid payment from the bits of `seed`, and who pays it: by name or open, with or without fee, or a refund.
    function _draw(uint256 seed, uint96 amount, uint256 feeBps)
        private
        view
        returns (IPaymentRouter.Payment memory payment, address payer)
    {
        payer = _actor(seed);
        payment.operator = _operators[(seed >> 8) % OPERATORS].addr;
        payment.requestId = keccak256(abi.encode(seed));
        payment.payee = (seed >> 96) % 4 == 0 ? address(_reentrant) : _actor(seed % ACTORS + 1);
        payment.token = tokens[(seed >> 16) % TOKENS];
        payment.amount = bound(amount, 1, 1e20);
        payment.nonce = (seed >> 24) % NONCES;
        payment.deadline = _time + (seed >> 40) % 1 days;

        if ((seed >> 64) % 4 == 0) payment.parent = keccak256(abi.encode(seed, "parent"));
        if (payment.parent != 0 || (seed >> 72) % 3 != 0) payment.payer = payer;
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

    function _indexOf(address account) private view returns (uint256 index) {
        while (accounts[index] != account) ++index;
    }
}
