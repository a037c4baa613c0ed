// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Vm} from "forge-std/Test.sol";
import {PaymentRouter} from "../../src/PaymentRouter.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {IPaymentRouter} from "../../src/interfaces/IPaymentRouter.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {TestTokenProxy} from "../../src/testing/TestTokenProxy.sol";
import {Paths} from "../PaymentRouter/Paths.sol";
import {Reentrant} from "../mocks/Accounts.sol";
import {Permit2} from "../mocks/Permit2.sol";
import {AuthorizedToken, CallbackToken, LyingToken, PlainToken} from "../mocks/Tokens.sol";

/// @dev The world of the handler and its books of what must come of every call: who is paid, why one fails. Nothing here asks
/// the router what it did.
abstract contract PaymentRouterBooks is Paths {
    uint256 internal constant ACTORS = 5;
    uint256 internal constant OPERATORS = 2;
    /// @dev A token that keeps the standard, one with a blacklist, one with callbacks, and the native coin.
    uint256 public constant TOKENS = 4;
    uint256 internal constant NATIVE = 3;
    /// @dev Few nonces, so that they collide: the words 0 and 1.
    uint256 internal constant NONCES = 512;
    uint256 private constant ENDOWMENT = 1e30;

    address[TOKENS] public tokens;
    LyingToken internal _lying = new LyingToken();
    /// @dev The actors, the operators, a payee that pays again when it is paid, and the router.
    address[] public accounts;
    Reentrant internal _reentrant = new Reentrant();

    Vm.Wallet[] internal _actors;
    Vm.Wallet[] internal _operators;
    Vm.Wallet[] internal _delegates;
    uint256 internal _time = 1_800_000_000;
    /// @dev Nonces that only payments from within payments use.
    uint256 private _innerNonce = NONCES;

    mapping(address token => mapping(address account => uint256)) public balances;
    mapping(address operator => mapping(uint256 nonce => uint256)) public paid;
    mapping(address operator => mapping(uint256 nonce => bool)) public cancelled;
    mapping(address operator => mapping(address signer => uint48)) public until;
    mapping(address account => bool) public blacklisted;
    mapping(Path path => uint256) public paidBy;
    uint256 public reentered;

    struct Paid {
        IPaymentRouter.Payment payment;
        Vm.Wallet signer;
        address payer;
    }

    Paid[] private _history;

    constructor(PaymentRouter router_) {
        router = router_;
        Permit2.deploy();
        vm.warp(_time);
        TestToken implementation = new TestToken();
        bytes memory init = abi.encodeCall(TestToken.initialize, ("USD Coin", "USDC"));
        tokens = [
            address(new AuthorizedToken()),
            address(new TestTokenProxy(address(implementation), init)),
            address(new CallbackToken()),
            address(0)
        ];

        for (uint256 i; i < ACTORS; ++i) {
            _actors.push(vm.createWallet(string.concat("actor ", vm.toString(i))));
            accounts.push(_actors[i].addr);
        }
        for (uint256 i; i < OPERATORS; ++i) {
            _operators.push(vm.createWallet(string.concat("operator ", vm.toString(i))));
            _delegates.push(vm.createWallet(string.concat("delegate ", vm.toString(i))));
            accounts.push(_operators[i].addr);
        }
        for (uint256 i; i < accounts.length; ++i) {
            for (uint256 t; t < NATIVE; ++t) {
                _endow(tokens[t], accounts[i]);
            }
            _endow(address(_lying), accounts[i]);
            vm.deal(accounts[i], ENDOWMENT);
            balances[address(0)][accounts[i]] = ENDOWMENT;
        }
        accounts.push(address(_reentrant));
        accounts.push(address(router));
    }

    /* WHAT MUST COME OF IT */

    /// @dev Calls the router as `path` does, signed by `signer`, and compares what happened with the books.
    /// @param payments One, or in a batch several.
    function _attempt(
        Path path,
        IPaymentRouter.Payment[] memory payments,
        Vm.Wallet memory signer,
        address payer,
        address sender
    ) internal {
        bytes memory call_ = path == Path.Batch
            ? abi.encodeCall(router.payBatch, (payments, _signBatch(signer, payments)))
            : _callOf(path, payments[0], signer, _keyOf(payer));
        uint256 value = payments[0].token == address(0) ? _total(payments[0]) : 0;
        bytes4 reason = _reasonToFail(path, payments, signer, payer);
        if (reason != 0) return _mustFail(sender, value, call_, reason);

        IPaymentRouter.Payment memory inner = _arm();
        vm.recordLogs();
        vm.prank(sender);
        (bool success, bytes memory error) = address(router).call{value: value}(call_);
        assertTrue(success, string.concat("failed: ", vm.toString(error)));
        _assertEvents(payments, payer);
        for (uint256 i; i < payments.length; ++i) {
            _book(payments[i], signer, payer);
        }
        ++paidBy[path];
        _assertNotEntered(inner, payments);
    }

    /// @dev Zero if it must be paid. In the order in which the router looks.
    function _reasonToFail(Path path, IPaymentRouter.Payment[] memory payments, Vm.Wallet memory signer, address payer)
        private
        view
        returns (bytes4)
    {
        for (uint256 i; i < payments.length; ++i) {
            if (payments[i].deadline < _time) return IPaymentRouter.Expired.selector;
        }
        address operator = payments[0].operator;
        if (signer.addr != operator && until[operator][signer.addr] < _time) return IOperators.WrongSigner.selector;
        for (uint256 i; i < payments.length; ++i) {
            if (!_isFree(operator, payments[i].nonce)) return IOperators.NonceUsed.selector;
            for (uint256 j; j < i; ++j) {
                if (payments[j].nonce == payments[i].nonce) return IOperators.NonceUsed.selector;
            }
        }
        if (payments[0].token != tokens[1]) return 0;
        bool blocked = blacklisted[payer] || blacklisted[payments[0].feeRecipient];
        for (uint256 i; i < payments.length; ++i) {
            blocked = blocked || blacklisted[payments[i].payee];
        }
        if (!blocked) return 0;
        return path == Path.Permit2 ? bytes4(keccak256("Error(string)")) : TestToken.AccountBlacklisted.selector;
    }

    function _book(IPaymentRouter.Payment memory payment, Vm.Wallet memory signer, address payer) private {
        paid[payment.operator][payment.nonce] += 1;
        balances[payment.token][payer] -= payment.amount + payment.feeAmount;
        balances[payment.token][payment.payee] += payment.amount;
        balances[payment.token][payment.feeRecipient] += payment.feeAmount;
        _history.push(Paid(payment, signer, payer));
    }

    /// @param reason Zero if any will do.
    function _mustFail(address sender, uint256 value, bytes memory call_, bytes4 reason) internal {
        vm.prank(sender);
        (bool success, bytes memory error) = address(router).call{value: value}(call_);
        assertFalse(success, "paid what must not be paid");
        if (reason != 0) assertEq(bytes4(error), reason);
    }

    /// @dev R5: exactly one event of the router for each payment, in their order, and it is the preimage of the digest with
    /// the effective payer.
    function _assertEvents(IPaymentRouter.Payment[] memory payments, address payer) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 found;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(router)) continue;
            assertLt(found, payments.length);
            _assertEvent(logs[i], payments[found++], payer);
        }
        assertEq(found, payments.length);
    }

    function _assertEvent(Vm.Log memory log, IPaymentRouter.Payment memory p, address payer) private view {
        bool refund = p.parent != 0;
        assertEq(log.topics[0], refund ? IPaymentRouter.RefundRouted.selector : IPaymentRouter.PaymentRouted.selector);
        assertEq(log.topics[1], bytes32(uint256(uint160(p.operator))));
        assertEq(log.topics[2], refund ? p.parent : p.requestId);
        assertEq(log.topics[3], bytes32(uint256(uint160(p.payee))));
        bytes memory data = refund
            ? abi.encode(p.requestId, payer, p.token, p.amount, p.nonce, p.deadline, router.digest(p))
            : abi.encode(payer, p.token, p.amount, p.feeRecipient, p.feeAmount, p.nonce, p.deadline, router.digest(p));
        assertEq(log.data, data);
    }

    /* REENTRANCY */

    /// @dev The reentrant payee holds a payment of the first actor that anyone may relay and that would succeed.
    function _arm() private returns (IPaymentRouter.Payment memory inner) {
        inner = IPaymentRouter.Payment({
            operator: _operators[0].addr,
            requestId: keccak256("inner"),
            parent: 0,
            payer: _actors[0].addr,
            payee: _actors[1].addr,
            token: tokens[0],
            amount: 1,
            feeRecipient: address(0),
            feeAmount: 0,
            nonce: ++_innerNonce,
            deadline: _time
        });
        _reentrant.arm(router, _callOf(Path.Authorization, inner, _operators[0], _actors[0]));
    }

    function _assertNotEntered(IPaymentRouter.Payment memory inner, IPaymentRouter.Payment[] memory payments) private {
        assertFalse(router.isUsed(inner.operator, inner.nonce));
        bool heard;
        for (uint256 i; i < payments.length; ++i) {
            // Of the ERC-20 tokens only one calls its recipients.
            bool calls = payments[i].token == tokens[2] || payments[i].token == address(0);
            heard = heard || (calls && payments[i].payee == address(_reentrant));
        }
        if (!heard) return;
        ++reentered;
        assertEq(
            _reentrant.failure(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
    }

    /* WHO IS WHO */

    function _isFree(address operator, uint256 nonce) internal view returns (bool) {
        return paid[operator][nonce] == 0 && !cancelled[operator][nonce];
    }

    function _actor(uint256 index) internal view returns (address) {
        return accounts[index % ACTORS];
    }

    function _keyOf(address actor) internal view returns (Vm.Wallet memory) {
        for (uint256 i; i < ACTORS; ++i) {
            if (_actors[i].addr == actor) return _actors[i];
        }
        revert("not an actor");
    }

    function _operatorOf(address operator) internal view returns (Vm.Wallet memory) {
        return operator == _operators[0].addr ? _operators[0] : _operators[1];
    }

    function _endow(address token, address account) private {
        PlainToken(token).mint(account, ENDOWMENT);
        balances[token][account] = ENDOWMENT;
        _approveAll(token, account);
    }

    function _approveAll(address token, address account) internal {
        vm.startPrank(account);
        PlainToken(token).approve(address(router), type(uint256).max);
        PlainToken(token).approve(PERMIT2, type(uint256).max);
        vm.stopPrank();
    }

    /* FOR THE INVARIANTS */

    function accountCount() external view returns (uint256) {
        return accounts.length;
    }

    function historyLength() external view returns (uint256) {
        return _history.length;
    }

    function history(uint256 index) public view returns (Paid memory) {
        return _history[index];
    }
}
