// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {
    ERC20TransferAuthorization
} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20TransferAuthorization.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @dev The standard token.
contract PlainToken is ERC20("Plain", "PLN") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @dev With every way to be sent: ERC-20, ERC-2612, and ERC-3009 in the form of the standard alone. The base of the odd ones,
/// which are odd on each of these ways.
contract AuthorizedToken is PlainToken, ERC20Permit("Plain"), ERC3009 {}

/// @dev As USDC (FiatTokenV2_2): has the form of ERC-3009 with `bytes` too, and asks an account that has code under ERC-1271
/// and never its key, which matters to an account with EIP-7702 code.
contract CodeFirstToken is AuthorizedToken {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) public override {
        receiveWithAuthorization(from, to, value, validAfter, validBefore, nonce, abi.encodePacked(r, s, v));
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) public {
        require(to == msg.sender, ERC20InvalidReceiver(to));
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce))
        );
        require(SignatureChecker.isValidSignatureNow(from, digest, signature), ERC3009InvalidSignature());
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }
}

/// @dev As OpenZeppelin's extension: the nonces of ERC-3009 are counters, so a digest is none.
contract CountingNonceToken is PlainToken, ERC20TransferAuthorization {
    constructor() EIP712("Plain", "1") {}

    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}

/// @dev As USDT: transfers return nothing.
contract NoReturnToken is AuthorizedToken {
    function transfer(address to, uint256 value) public override returns (bool) {
        super.transfer(to, value);
        assembly ("memory-safe") {
            return(0, 0)
        }
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        super.transferFrom(from, to, value);
        assembly ("memory-safe") {
            return(0, 0)
        }
    }
}

/// @dev Moves nothing and says so, without reverting.
contract FalseToken is AuthorizedToken {
    function transfer(address, uint256) public pure override returns (bool) {
        return false;
    }

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}

/// @dev Moves what it is told and says that it failed.
contract MovingFalseToken is AuthorizedToken {
    function transfer(address to, uint256 value) public override returns (bool) {
        super.transfer(to, value);
        return false;
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        super.transferFrom(from, to, value);
        return false;
    }
}

/// @dev Moves what it is told and answers with a megabyte that begins with `true`.
contract ReturnBombToken is AuthorizedToken {
    function transfer(address to, uint256 value) public override returns (bool) {
        super.transfer(to, value);
        _bomb();
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        super.transferFrom(from, to, value);
        _bomb();
    }

    function _bomb() private pure {
        assembly {
            mstore(0, 1)
            return(0, 1000000)
        }
    }
}

/// @dev Moves nothing and claims success.
contract LyingToken is AuthorizedToken {
    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0)) super._update(from, to, value);
    }
}

/// @dev Moves nothing to one account and claims success; to all others it moves.
contract LyingToToken is AuthorizedToken {
    address private immutable ACCOUNT;

    constructor(address account) {
        ACCOUNT = account;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (to != ACCOUNT) super._update(from, to, value);
    }
}

/// @dev Keeps 1 % of every transfer.
contract TaxToken is AuthorizedToken {
    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0)) super._update(to, address(0), value / 100);
    }
}

/// @dev Gives the recipient one unit more than was sent.
contract BonusToken is AuthorizedToken {
    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0)) super._update(address(0), to, 1);
    }
}

/// @dev Takes what the recipient had before, besides delivering nothing.
contract TakingToken is AuthorizedToken {
    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0)) super._update(from, to, value);
        else super._update(to, address(0), balanceOf(to));
    }
}

/// @dev As ERC-777: tells a sender that is a contract before it is debited, and such a recipient after it was credited. What
/// they make of it, and whether they listen, is ignored.
contract CallbackToken is AuthorizedToken {
    function _update(address from, address to, uint256 value) internal override {
        _tell(from, abi.encodeCall(ITokenSender.tokensToSend, ()));
        super._update(from, to, value);
        _tell(to, abi.encodeCall(ITokenReceiver.tokensReceived, ()));
    }

    function _tell(address account, bytes memory call_) private {
        if (account.code.length == 0) return;
        (bool heard,) = account.call(call_);
        heard;
    }
}

/// @dev Its owner, who is anyone here, stops and resumes all transfers.
contract PausableToken is AuthorizedToken {
    error Paused();

    bool public paused;

    function pause(bool paused_) external {
        paused = paused_;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (paused) revert Paused();
        super._update(from, to, value);
    }
}

/// @dev As UNI and COMP: knows no number above 2^96 - 1, which for an allowance means unlimited.
contract Uint96Token is AuthorizedToken {
    error ExceedsUint96(uint256 value);

    function approve(address spender, uint256 value) public override returns (bool) {
        return super.approve(spender, value == type(uint256).max ? type(uint96).max : value);
    }

    function _approve(address owner, address spender, uint256 value, bool emitEvent) internal override {
        _check(value);
        super._approve(owner, spender, value, emitEvent);
    }

    function _spendAllowance(address owner, address spender, uint256 value) internal override {
        _check(value);
        if (allowance(owner, spender) != type(uint96).max) super._spendAllowance(owner, spender, value);
    }

    function _update(address from, address to, uint256 value) internal override {
        _check(value);
        super._update(from, to, value);
    }

    function _check(uint256 value) private pure {
        if (value > type(uint96).max) revert ExceedsUint96(value);
    }
}

/// @dev As WETH: has neither ERC-2612 nor ERC-3009, and its fallback takes any call without a complaint.
contract PhantomToken is PlainToken {
    fallback() external payable {}
}

/// @dev Its `permit` answers with a megabyte, as its error or as its result.
contract PermitBombToken is PlainToken {
    bool private immutable FAILS;

    constructor(bool fails) {
        FAILS = fails;
    }

    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external view {
        bool fails = FAILS;
        assembly {
            if fails { revert(0, 1000000) }
            return(0, 1000000)
        }
    }
}

/// @dev Calls somebody from its `permit`, which gives no allowance.
contract PermitCallbackToken is PlainToken {
    ITokenReceiver private immutable CALLED;

    constructor(ITokenReceiver called) {
        CALLED = called;
    }

    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external {
        CALLED.tokensReceived();
    }
}

/// @dev Has no supply to run out of: any amount up to 2^256 - 1 can be sent to a new account.
contract BottomlessToken {
    mapping(address account => uint256) public balanceOf;

    function transferFrom(address, address to, uint256 value) external returns (bool) {
        balanceOf[to] += value;
        return true;
    }
}

interface ITokenSender {
    function tokensToSend() external;
}

interface ITokenReceiver {
    function tokensReceived() external;
}
