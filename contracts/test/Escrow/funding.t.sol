// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Vm} from "forge-std/Test.sol";
import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IOperators} from "../../src/interfaces/IOperators.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {Answering, Refusing, Wallet} from "../mocks/Accounts.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {
    AuthorizedToken,
    BonusToken,
    LyingToken,
    NoReturnToken,
    PausableToken,
    TakingToken,
    TaxToken,
    Uint96Token
} from "../mocks/Tokens.sol";
import {Funding} from "./Funding.sol";

/// @dev What is the same in every way to fund: each test goes through all of them.
contract EscrowFundingTest is Funding {
    /// @dev The order of the secp256k1 group.
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev Bits of the fields of the terms, in order.
    uint16[20] private WIDTHS =
        [64, 160, 256, 40, 256, 160, 160, 160, 160, 160, 96, 160, 96, 16, 16, 40, 32, 32, 256, 256];

    /* OPENING */

    function test_TakesExactlyTheAmountAndEmitsTheTerms() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            (uint256 held, uint256 owned) = (token.balanceOf(address(escrow)), token.balanceOf(buyer.addr));
            bytes memory call_ = _callOf(Way(way), terms);
            vm.expectEmit(address(escrow));
            emit IEscrow.Funded(operator.addr, _idOf(terms), buyer.addr, terms);
            (bool success,) = _send(_senderOf(Way(way), terms), 0, call_);
            assertTrue(success);

            assertEq(token.balanceOf(address(escrow)), held + AMOUNT);
            assertEq(token.balanceOf(buyer.addr), owned - AMOUNT);
            _assertFunded(terms);
        }
    }

    function test_OpensEachWayToDeliver() public {
        IEscrow.Terms[5] memory all = _deliveries();
        token.mint(buyer.addr, all.length * WAYS * AMOUNT);
        for (uint256 i; i < all.length * WAYS; ++i) {
            IEscrow.Terms memory terms = all[i / WAYS];
            terms.nonce = i;
            _fundBy(Way(i % WAYS), terms);
            _assertFunded(terms);
        }
        assertEq(token.balanceOf(address(escrow)), all.length * WAYS * AMOUNT);
    }

    function test_TheOperatorMayBeAnyRole() public {
        IEscrow.Terms memory terms = _terms();
        Vm.Wallet[3] memory roles = [buyer, seller, arbiter];
        for (uint256 i; i < roles.length; ++i) {
            terms.operator = roles[i].addr;
            _fundBy(Way.Allowance, terms, _sign(roles[i], _idOf(terms)));
            _assertFunded(terms);
        }
    }

    /* TIME */

    function test_A6_FundsAtTheLastSecond() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            vm.warp(terms.fundBy);
            _fundBy(Way(way), terms);
            _assertFunded(terms);
        }
    }

    function test_A6_RevertWhen_TheLastSecondHasPassed() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            vm.warp(terms.fundBy + 1);
            _expectRefusal(Way(way), terms, _expired(terms.fundBy, terms.fundBy + 1));
            _assertNone(terms);
        }
    }

    function testFuzz_A6_FundsExactlyUntilTheLastSecond(uint40 fundBy, uint256 time, uint8 way) public {
        way = uint8(way % WAYS);
        time = bound(time, 1, type(uint40).max - 30 days);
        // Half of the runs at the boundary itself, where the mistakes are.
        if (time % 2 == 0) fundBy = uint40(bound(fundBy, time - 1, time + 1));
        IEscrow.Terms memory terms = _unit(way);
        terms.fundBy = fundBy;
        terms.deliverBy = uint40(time + 7 days);
        vm.warp(time);
        if (time > fundBy) {
            _expectRefusal(Way(way), terms, _expired(fundBy, time));
            _assertNone(terms);
        } else {
            _fundBy(Way(way), terms);
            _assertFunded(terms);
        }
    }

    /* THE OPERATOR'S SIGNATURE */

    function test_FundsWhatADelegateSigned() public {
        vm.prank(operator.addr);
        escrow.setSigner(delegate.addr, NOW + 60);
        vm.warp(NOW + 60);
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            _fundBy(Way(way), terms, _sign(delegate, _idOf(terms)));
            _assertFunded(terms);
        }
    }

    function test_RevertWhen_TheDelegateHasExpired() public {
        vm.prank(operator.addr);
        escrow.setSigner(delegate.addr, NOW + 60);
        vm.warp(NOW + 61);
        _expectWrongSigner(delegate);
    }

    function test_D4_RevertWhen_TheDelegateIsRevoked() public {
        vm.startPrank(operator.addr);
        escrow.setSigner(delegate.addr, type(uint48).max);
        escrow.setSigner(delegate.addr, 0);
        vm.stopPrank();
        _expectWrongSigner(delegate);
    }

    function test_RevertWhen_ADelegateOfAnotherOperatorSigned() public {
        vm.prank(stranger.addr);
        escrow.setSigner(delegate.addr, type(uint48).max);
        _expectWrongSigner(delegate);
    }

    function test_RevertWhen_AnotherThanTheOperatorSigned() public {
        _expectWrongSigner(stranger);
        _expectWrongSigner(buyer);
        _expectWrongSigner(seller);
    }

    function test_RevertWhen_TheSignatureHasAnotherLength() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            (bytes32 r, bytes32 vs) = vm.signCompact(operator.privateKey, _idOf(terms));
            _expectRefusal(Way(way), terms, "", _wrongSigner(address(0)));
            _expectRefusal(Way(way), terms, abi.encodePacked(r, vs), _wrongSigner(address(0)));
            bytes memory longer = bytes.concat(_authorship(terms), hex"00");
            _expectRefusal(Way(way), terms, longer, _wrongSigner(address(0)));
            _assertNone(terms);
        }
    }

    function test_RevertWhen_TheSignatureIsMalleated() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(operator.privateKey, _idOf(terms));
            bytes memory malleated = abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27));
            _expectRefusal(Way(way), terms, malleated, _wrongSigner(address(0)));
        }
    }

    /// @dev Each of the twenty words and 65 signature bytes, every bit: 5,640 calls that must all fail, then the one that funds.
    function test_D1_RevertWhen_AnyBitIsFlipped() public {
        IEscrow.Terms memory terms = _terms();
        bytes memory call_ = _callOf(Way.Allowance, terms);
        // Selector, twenty words of the terms; then after the signature's offset and length its 65 bytes.
        uint256[2] memory starts = [uint256(4), 4 + 22 * 32];
        uint256[2] memory lengths = [uint256(20 * 32), 65];

        vm.startPrank(buyer.addr);
        for (uint256 part; part < 2; ++part) {
            for (uint256 bit; bit < lengths[part] * 8; ++bit) {
                uint256 index = starts[part] + bit / 8;
                bytes1 original = call_[index];
                call_[index] = original ^ bytes1(uint8(1 << (bit % 8)));
                (bool funded,) = address(escrow).call(call_);
                assertFalse(funded, string.concat("funded with a flipped bit in byte ", vm.toString(index)));
                call_[index] = original;
            }
        }
        (bool success,) = address(escrow).call(call_);
        assertTrue(success);
        _assertFunded(terms);
    }

    /// @dev The operator signed just these words, so it is the upper bits alone that are refused. Each of them, in each way to
    /// deliver: 12,720 calls.
    function test_RevertWhen_AnUpperBitOfANarrowFieldIsSet() public {
        IEscrow.Terms[5] memory all = _deliveries();
        for (uint256 i; i < all.length; ++i) {
            uint256[20] memory words = abi.decode(abi.encode(all[i]), (uint256[20]));
            for (uint256 field; field < words.length; ++field) {
                this.refuseUpperBits(words, field);
            }
            _assertNone(all[i]);
        }
    }

    /// @dev A call of its own, whose memory is its own.
    function refuseUpperBits(uint256[20] memory words, uint256 field) external {
        uint256 clean = words[field];
        for (uint256 bit = WIDTHS[field]; bit < 256; ++bit) {
            words[field] = clean | (1 << bit);
            _expectRefusal(buyer.addr, 0, _callWith(words), "");
        }
    }

    function test_RevertWhen_AVerbNamesAnEscrowWithAnUpperBit() public {
        IEscrow.Terms memory terms = _terms();
        _fund(terms);
        bytes[4] memory calls = [
            abi.encodeCall(escrow.release, (terms, AMOUNT)),
            abi.encodeCall(escrow.submit, (terms, DELIVERABLE)),
            abi.encodeCall(escrow.refund, (terms, AMOUNT)),
            abi.encodeCall(escrow.timeout, (terms))
        ];
        for (uint256 i; i < calls.length; ++i) {
            address sender = i == 0 ? buyer.addr : seller.addr;
            vm.warp(i == 3 ? DELIVER_BY + 1 : NOW);
            for (uint256 bit; bit < 20 * 256; ++bit) {
                if (bit % 256 < WIDTHS[bit / 256]) continue;
                uint256 index = 4 + bit / 256 * 32 + 31 - bit % 256 / 8;
                calls[i][index] ^= bytes1(uint8(1 << (bit % 8)));
                (bool found,) = _send(sender, 0, calls[i]);
                assertFalse(found);
                calls[i][index] ^= bytes1(uint8(1 << (bit % 8)));
            }
            _assertFunded(terms);
            uint256 snapshot = vm.snapshotState();
            (bool success,) = _send(sender, 0, calls[i]);
            assertTrue(success);
            vm.revertToState(snapshot);
        }
    }

    function test_C1_RevertWhen_SignedForAnotherChain() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            bytes memory signature = _authorship(terms);
            vm.chainId(terms.chainId + 1);
            _expectRefusal(Way(way), terms, signature, _invalid(IEscrow.Field.ChainId));
            terms.chainId += 1;
            _expectAnotherSigner(Way(way), terms, signature);
            vm.chainId(terms.chainId - 1);
        }
    }

    function test_D2_RevertWhen_SignedForAnotherContract() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            _expectAnotherSigner(Way(way), terms, _sign(operator, new Escrow().idOf(terms)));
        }
    }

    function test_C7_FundsWhatAContractOperatorAccepts() public {
        for (uint256 way; way < WAYS; ++way) {
            Wallet wallet = new Wallet();
            IEscrow.Terms memory terms = _unit(way);
            terms.operator = address(wallet);
            wallet.accept(_idOf(terms), "agreed");
            _fundBy(Way(way), terms, "agreed");
            _assertFunded(terms);
        }
    }

    function test_C7_RevertWhen_TheContractOperatorRefuses() public {
        for (uint256 way; way < WAYS; ++way) {
            Wallet wallet = new Wallet();
            IEscrow.Terms memory terms = _unit(way);
            terms.operator = address(wallet);
            wallet.accept(_idOf(terms), "agreed");
            // Evaluated when it is funded, not when it was signed.
            wallet.accept(0, "");
            _expectRefusal(Way(way), terms, "agreed", _wrongSigner(address(0)));
            _expectRefusal(Way(way), terms, _sign(stranger, _idOf(terms)), _wrongSigner(stranger.addr));
        }
    }

    function test_C7_RevertWhen_TheContractOperatorAnswersNonsense() public {
        address[4] memory operators = [
            address(new Refusing()),
            address(new Answering("")),
            address(new Answering(abi.encodePacked(bytes4(0x1626ba7e)))),
            address(new Answering(abi.encode(true)))
        ];
        for (uint256 i; i < operators.length * WAYS; ++i) {
            IEscrow.Terms memory terms = _terms();
            terms.operator = operators[i / WAYS];
            _expectRefusal(Way(i % WAYS), terms, "agreed", _wrongSigner(address(0)));
        }
    }

    function test_FundsWhatTheDelegateOfAContractOperatorSigned() public {
        Wallet wallet = new Wallet();
        vm.prank(address(wallet));
        escrow.setSigner(delegate.addr, type(uint48).max);
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            terms.operator = address(wallet);
            _fundBy(Way(way), terms, _sign(delegate, _idOf(terms)));
            _assertFunded(terms);
        }
    }

    function test_C7_FundsWhatAnEip7702OperatorSigned() public {
        // The account's code knows no ERC-1271, which would decide if code were asked before the key.
        vm.etch(operator.addr, address(new Refusing()).code);
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            _fundBy(Way(way), terms);
            _assertFunded(terms);
        }
    }

    /* NONCE */

    function test_A10_RevertWhen_FundedTwice() public {
        for (uint256 i; i < WAYS * WAYS; ++i) {
            IEscrow.Terms memory terms = _unit(i);
            _fundBy(Way(i / WAYS), terms);
            _expectRefusal(Way(i % WAYS), terms, _nonceUsed(terms));
            _assertFunded(terms);
        }
        assertEq(token.balanceOf(address(escrow)), WAYS * WAYS * AMOUNT);
    }

    function test_RevertWhen_TheEscrowIsClosed() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            bytes32 id = _reach(terms, IEscrow.Status.Closed);
            IEscrow.State memory closed = escrow.stateOf(id);
            _expectRefusal(Way(way), terms, _nonceUsed(terms));
            assertEq(abi.encode(escrow.stateOf(id)), abi.encode(closed));
        }
    }

    function test_A9_RevertWhen_TheUnitIsFundedUnderOtherTerms() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            _fundBy(Way(way), terms);
            IEscrow.Terms memory reissued = _unit(way);
            reissued.requestId = keccak256("another snapshot of the same unit");
            reissued.fundBy += 1 days;
            _expectRefusal(Way(way), reissued, _nonceUsed(reissued));
            _assertState(_idOf(reissued), 0, 0, 0, IEscrow.Status.None);
        }
    }

    function test_A8_RevertWhen_TheNonceIsCancelled() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            vm.prank(operator.addr);
            escrow.cancel(0, 1 << terms.nonce);
            _expectRefusal(Way(way), terms, _nonceUsed(terms));
            _assertState(_idOf(terms), 0, 0, 0, IEscrow.Status.None);
        }
    }

    function test_OperatorsDoNotShareNonces() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            _fundBy(Way(way), terms);
            // Somebody else signs the very same reference: only under its own name.
            IEscrow.Terms memory squatted = _unit(way);
            squatted.operator = stranger.addr;
            _fundBy(Way(way), squatted, _sign(stranger, _idOf(squatted)));
            _assertFunded(terms);
            _assertFunded(squatted);
        }
    }

    function test_NeighbouringNoncesAreIndependent() public {
        uint256[8] memory nonces = [uint256(0), 1, 255, 256, 511, 512, type(uint256).max - 1, type(uint256).max];
        for (uint256 i; i < nonces.length; ++i) {
            IEscrow.Terms memory terms = _unit(nonces[i]);
            _fundBy(Way(i % WAYS), terms);
        }
        for (uint256 i; i < nonces.length; ++i) {
            IEscrow.Terms memory terms = _unit(nonces[i]);
            _expectRefusal(Way(i % WAYS), terms, _nonceUsed(terms));
        }
    }

    /* TOKEN */

    function test_C3_FundsWithATokenThatReturnsNothing() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _in(new NoReturnToken());
            terms.nonce = way;
            _fundBy(Way(way), terms);
            assertEq(NoReturnToken(terms.token).balanceOf(address(escrow)), AMOUNT);
        }
    }

    function test_FundsTheGreatestAmountOfAUint96Token() public {
        for (uint256 way; way < WAYS; ++way) {
            Uint96Token odd = new Uint96Token();
            IEscrow.Terms memory terms = _in(odd);
            odd.mint(buyer.addr, type(uint96).max - AMOUNT);
            terms.nonce = way;
            terms.amount = type(uint96).max;
            terms.feeAmount = type(uint96).max / 5;
            _fundBy(Way(way), terms);
            _assertFunded(terms);
            assertEq(odd.balanceOf(address(escrow)), type(uint96).max);
        }
    }

    function test_A4_RevertWhen_TheTokenMovesNothing() public {
        for (uint256 way; way < WAYS; ++way) {
            _expectInexact(Way(way), _in(new LyingToken()), 0);
        }
    }

    function test_A4_RevertWhen_TheTokenKeepsAPart() public {
        for (uint256 way; way < WAYS; ++way) {
            _expectInexact(Way(way), _in(new TaxToken()), AMOUNT - AMOUNT / 100);
        }
    }

    function test_A4_RevertWhen_TheTokenDeliversMore() public {
        for (uint256 way; way < WAYS; ++way) {
            _expectInexact(Way(way), _in(new BonusToken()), AMOUNT + 1);
        }
    }

    function test_A4_RevertWhen_TheEscrowsBalanceFalls() public {
        for (uint256 way; way < WAYS; ++way) {
            TakingToken odd = new TakingToken();
            IEscrow.Terms memory terms = _in(odd);
            odd.mint(address(escrow), 5);
            _expectInexact(Way(way), terms, 0);
        }
    }

    function test_C4_RevertWhen_BuyerOrEscrowIsBlacklisted() public {
        address[2] memory frozen = [buyer.addr, address(escrow)];
        for (uint256 i; i < frozen.length * WAYS; ++i) {
            (Way way, address account) = (Way(i % WAYS), frozen[i / WAYS]);
            IEscrow.Terms memory terms = _unit(i);
            token.blacklist(account);
            _expectTokenError(way, terms, abi.encodeWithSelector(TestToken.AccountBlacklisted.selector, account));
            _assertNone(terms);
            token.unBlacklist(account);
            // A refusal uses up nothing.
            _fundBy(way, terms);
            _assertFunded(terms);
        }
    }

    function test_RevertWhen_TheTokenIsPaused() public {
        for (uint256 way; way < WAYS; ++way) {
            PausableToken odd = new PausableToken();
            IEscrow.Terms memory terms = _in(odd);
            terms.nonce = way;
            odd.pause(true);
            _expectTokenError(Way(way), terms, abi.encodeWithSelector(PausableToken.Paused.selector));
            odd.pause(false);
            _fundBy(Way(way), terms);
        }
    }

    function test_C2_RevertWhen_TheTokenHasNoCode() public {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            terms.token = makeAddr("no token here");
            _expectRefusal(Way(way), terms, "");
            _assertNone(terms);
        }
    }

    function test_RevertWhen_TheBuyerHasTooLittle() public {
        for (uint256 way; way < WAYS; ++way) {
            AuthorizedToken poor = new AuthorizedToken();
            IEscrow.Terms memory terms = _in(poor);
            terms.nonce = way;
            vm.prank(buyer.addr);
            poor.transfer(stranger.addr, 1);
            _expectTokenError(
                Way(way),
                terms,
                abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, buyer.addr, AMOUNT - 1, AMOUNT)
            );
            _assertNone(terms);
            poor.mint(buyer.addr, 1);
            _fundBy(Way(way), terms);
        }
    }

    /* REENTRANCY */

    function test_RevertWhen_TheTokenFundsFromWithin() public {
        for (uint256 i; i < WAYS * WAYS; ++i) {
            (Way innerWay, Way outerWay) = (Way(i / WAYS), Way(i % WAYS));
            ReentrantToken odd = new ReentrantToken();
            IEscrow.Terms memory outer = _in(odd);
            outer.nonce = 2 * i + 1;
            IEscrow.Terms memory inner = _armWith(odd, innerWay, 2 * i);
            _fundBy(outerWay, outer);

            _assertGuarded(odd);
            _assertFunded(outer);
            _assertNone(inner);
            assertEq(odd.balanceOf(address(escrow)), AMOUNT);

            // The same call from outside funds.
            odd.fire();
            assertEq(odd.failure(), "");
            _assertFunded(inner);
        }
    }

    /// @dev The escrow is open while its money is still to come: a payout now would be of somebody else's.
    function test_RevertWhen_TheTokenPaysOutFromWithin() public {
        for (uint256 way; way < WAYS; ++way) {
            ReentrantToken odd = new ReentrantToken();
            IEscrow.Terms memory others = _in(odd);
            others.nonce = 100 + way;
            _fundBy(Way.Allowance, others);
            _in(odd);
            IEscrow.Terms memory terms = _exchange();
            (terms.token, terms.nonce) = (address(odd), way);
            odd.arm(address(escrow), abi.encodeCall(escrow.reveal, (terms, KEY)));
            _fundBy(Way(way), terms);

            _assertGuarded(odd);
            _assertFunded(terms);
            assertEq(odd.balanceOf(address(escrow)), 2 * AMOUNT);

            // The same call from outside pays.
            odd.fire();
            assertEq(odd.balanceOf(seller.addr), AMOUNT - FEE);
        }
    }

    /* SHORTHAND */

    /// @dev A unit of its own.
    function _unit(uint256 nonce) private returns (IEscrow.Terms memory terms) {
        terms = _terms();
        terms.nonce = nonce;
        token.mint(buyer.addr, AMOUNT);
    }

    function _expired(uint256 deadline, uint256 timestamp) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEscrow.Expired.selector, deadline, timestamp);
    }

    function _expectWrongSigner(Vm.Wallet memory signer) private {
        for (uint256 way; way < WAYS; ++way) {
            IEscrow.Terms memory terms = _unit(way);
            _expectRefusal(Way(way), terms, _sign(signer, _idOf(terms)), _wrongSigner(signer.addr));
            _assertNone(terms);
        }
    }

    function _assertGuarded(ReentrantToken odd) private view {
        assertTrue(odd.called());
        assertEq(odd.failure(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }

    /// @dev Another escrow in the token, which it funds once it is asked to move something.
    function _armWith(ReentrantToken odd, Way way, uint256 nonce) private returns (IEscrow.Terms memory terms) {
        terms = _in(odd);
        terms.nonce = nonce;
        if (_senderOf(way, terms) != buyer.addr) {
            odd.arm(address(escrow), _callOf(way, terms));
            return terms;
        }
        // As a buyer whose wallet obeys anyone.
        Wallet wallet = new Wallet();
        terms.buyer = address(wallet);
        odd.mint(address(wallet), AMOUNT);
        vm.prank(address(wallet));
        odd.approve(address(escrow), AMOUNT);
        Wallet.Call[] memory calls = new Wallet.Call[](1);
        calls[0] = Wallet.Call(address(escrow), 0, _callOf(way, terms));
        odd.arm(address(wallet), abi.encodeCall(wallet.multicall, (calls)));
    }

    /// @dev `fund` with these words as its terms, which the operator signed as they are.
    function _callWith(uint256[20] memory words) private view returns (bytes memory) {
        bytes32 structHash = keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), words));
        bytes memory signature = _sign(operator, _digest(block.chainid, address(escrow), structHash));
        return bytes.concat(escrow.fund.selector, abi.encode(words), abi.encode(21 * 32, signature.length), signature);
    }

    function _expectAnotherSigner(Way way, IEscrow.Terms memory terms, bytes memory signature) private {
        (bool success, bytes memory result) = _send(_senderOf(way, terms), 0, _callOf(way, terms, signature));
        assertFalse(success);
        assertEq(bytes4(result), IOperators.WrongSigner.selector);
        _assertNone(terms);
    }

    /// @dev Permit2 has an error of its own for whatever a token says.
    function _expectTokenError(Way way, IEscrow.Terms memory terms, bytes memory revertData) private {
        if (way == Way.Permit2) revertData = abi.encodeWithSignature("Error(string)", "TRANSFER_FROM_FAILED");
        _expectRefusal(way, terms, revertData);
    }

    function _expectInexact(Way way, IEscrow.Terms memory terms, uint256 received) private {
        _expectRefusal(way, terms, _inexact(AMOUNT, received));
        _assertNone(terms);
    }
}
