// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Test} from "forge-std/Test.sol";
import {Escrow} from "../../src/Escrow.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {TestTokenProxy} from "../../src/testing/TestTokenProxy.sol";
import {Permit2} from "../mocks/Permit2.sol";
import {AuthorizedToken, CallbackToken, ITokenReceiver, ITokenSender, PlainToken} from "../mocks/Tokens.sol";

/// @dev A contract account of one key, or the code of an EIP-7702 account, whose key is its own. What it makes of native coin
/// and of a token's callback depends on its mood.
contract Party is IERC1271, ITokenReceiver, ITokenSender {
    enum Mood {
        Accept,
        Refuse,
        Burn,
        Bomb,
        Reenter
    }

    /// @dev One slot, since a push leaves gas for little more than that.
    struct Plan {
        /// The call to make is the code of this account.
        address call;
        Mood mood;
        bool fired;
        bool success;
        bytes4 reason;
    }

    address private immutable KEY;
    address private immutable ESCROW;
    Plan public plan;

    constructor(address key, address escrow) {
        KEY = key;
        ESCROW = escrow;
    }

    function feel(Mood mood) external {
        plan.mood = mood;
    }

    /// @dev The next time that it is given control, and only then, it makes this call.
    function arm(address call) external {
        plan = Plan(call, Mood.Reenter, false, false, 0);
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        bool valid = recovered == (KEY == address(0) ? address(this) : KEY);
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    function tokensToSend() external {
        _reenter();
    }

    function tokensReceived() external {
        _reenter();
    }

    receive() external payable {
        Mood mood = plan.mood;
        if (mood == Mood.Refuse) revert("refused");
        if (mood == Mood.Burn) {
            assembly {
                invalid()
            }
        }
        // As much as it can return within a push and still accept.
        if (mood == Mood.Bomb) {
            assembly {
                return(0, 100000)
            }
        }
        _reenter();
    }

    function _reenter() private {
        Plan memory now_ = plan;
        if (now_.mood != Mood.Reenter || now_.call == address(0) || now_.fired) return;
        (bool success, bytes memory result) = ESCROW.call(now_.call.code);
        plan = Plan(now_.call, now_.mood, true, success, success ? bytes4(0) : bytes4(result));
    }
}

/// @dev What `transfer` does depends on the recipient: moves; returns false and has not moved, or has; reverts.
contract FickleToken is AuthorizedToken {
    error Fickle();

    mapping(address to => uint256) public whim;

    function setWhim(address to, uint256 whim_) external {
        whim[to] = whim_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        if (whim[to] == 3) revert Fickle();
        if (whim[to] != 1) super.transfer(to, value);
        return whim[to] == 0;
    }
}

/// @dev Who plays and with what: accounts of each kind in each role, and tokens of each kind.
abstract contract EscrowCast is Test {
    uint256 internal constant PARTIES = 5; // buyers and sellers: the accounts 0 to 4
    uint256 internal constant THIRDS = 4; // arbiters, evaluators, fee recipients: 5 to 8
    uint256 internal constant OPERATORS = 3; // 9, 10, and 7, which is a contract
    uint256 internal constant STRANGER = 13; // 11 and 12 are delegates
    uint256 internal constant ACCOUNTS = 14;
    uint256 internal constant NATIVE = 0;
    uint256 internal constant USDC = 2;
    uint256 internal constant FICKLE = 4;
    uint256 internal constant TOKENS = 5;
    uint256 private constant ENDOWMENT = 1e40;

    Escrow public immutable escrow;
    address[TOKENS] public tokens;
    address[ACCOUNTS] public accounts;
    uint256[ACCOUNTS] internal _keys;
    /// @dev Whose ECDSA signature an account's is.
    mapping(address account => address) internal _keyOf;
    mapping(address account => bool) internal _hasCode;
    uint40 internal _time = 1_800_000_000;

    /// @dev What an account would have if nobody ever refused a payout.
    mapping(address token => mapping(address account => uint256)) public entitled;

    constructor() {
        vm.warp(_time);
        Permit2.deploy();
        escrow = new Escrow();
        TestTokenProxy usdc =
            new TestTokenProxy(address(new TestToken()), abi.encodeCall(TestToken.initialize, ("USD Coin", "USDC")));
        tokens = [
            address(0),
            address(new PlainToken()),
            address(usdc),
            address(new CallbackToken()),
            address(new FickleToken())
        ];
        for (uint256 i; i < ACCOUNTS; ++i) {
            _keys[i] = uint256(keccak256(abi.encode("key", i)));
            address key = vm.addr(_keys[i]);
            accounts[i] = key;
            if (i == 3 || i == 4 || i == 7 || i == 8) accounts[i] = address(new Party(key, address(escrow)));
            // The code itself and not a delegation to it: the same to everybody who calls or asks.
            if (i == 2 || i == 6) vm.etch(key, address(new Party(address(0), address(escrow))).code);
            _keyOf[accounts[i]] = key;
            _hasCode[accounts[i]] = accounts[i].code.length != 0;
            _endow(accounts[i]);
        }
    }

    function _endow(address account) private {
        vm.deal(account, ENDOWMENT);
        entitled[address(0)][account] = ENDOWMENT;
        for (uint256 t = 1; t < TOKENS; ++t) {
            PlainToken(tokens[t]).mint(account, ENDOWMENT);
            entitled[tokens[t]][account] = ENDOWMENT;
            vm.startPrank(account);
            IERC20(tokens[t]).approve(address(escrow), type(uint256).max);
            IERC20(tokens[t]).approve(Permit2.ADDRESS, type(uint256).max);
            vm.stopPrank();
        }
    }

    /* DRAWING */

    /// @dev Another number for each purpose, from one seed.
    function _roll(uint256 seed, string memory purpose, uint256 sides) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, purpose))) % sides;
    }

    function _someone(uint256 seed, string memory purpose) internal view returns (address) {
        return accounts[_roll(seed, purpose, ACCOUNTS)];
    }

    function _third(uint256 seed, string memory purpose) internal view returns (address) {
        return accounts[PARTIES + _roll(seed, purpose, THIRDS)];
    }

    function _operator(uint256 seed, string memory purpose) internal view returns (address) {
        return [accounts[9], accounts[10], accounts[7]][_roll(seed, purpose, OPERATORS)];
    }

    /* SIGNING */

    function _sign(address account, bytes32 digest) internal view returns (bytes memory) {
        for (uint256 i; i < ACCOUNTS; ++i) {
            if (accounts[i] != account) continue;
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[i], digest);
            return abi.encodePacked(r, s, v);
        }
        return "";
    }

    function _recover(bytes32 digest, bytes memory signature) internal pure returns (address) {
        if (signature.length != 65) return address(0);
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
        return ecrecover(digest, uint8(signature[64]), r, s);
    }

    function _isOf(address account, bytes32 digest, bytes memory signature) internal view returns (bool) {
        address recovered = _recover(digest, signature);
        return recovered != address(0) && recovered == _keyOf[account];
    }

    /* WHO REFUSES */

    /// @dev Whether this payout fails, for a reason that a withdrawal would meet as well.
    function _refuses(address token, address to) internal view returns (bool) {
        if (token == address(0)) {
            Party.Mood mood = _moodOf(to);
            return mood == Party.Mood.Refuse || mood == Party.Mood.Burn;
        }
        if (token == tokens[USDC]) {
            return TestToken(token).isBlacklisted(to) || TestToken(token).isBlacklisted(address(escrow));
        }
        return token == tokens[FICKLE] && FickleToken(token).whim(to) != 0;
    }

    function _moodOf(address account) private view returns (Party.Mood mood) {
        if (!_hasCode[account]) return Party.Mood.Accept;
        (, mood,,,) = Party(payable(account)).plan();
    }

    function _balance(address token, address account) internal view returns (uint256) {
        return token == address(0) ? account.balance : IERC20(token).balanceOf(account);
    }
}
