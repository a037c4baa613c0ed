// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {Funds} from "./Funds.sol";
import {Operators} from "./Operators.sol";
import {Payouts} from "./Payouts.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IPermit2} from "./interfaces/IPermit2.sol";
import {Eip712} from "./libraries/Eip712.sol";
import {EscrowHash} from "./libraries/EscrowHash.sol";
import {EscrowTerms} from "./libraries/EscrowTerms.sol";

/// @title Escrow
/// @dev Everything a caller needs to know is in the interface.
contract Escrow is Payouts, Operators, Funds {
    /// @dev What goes where when money leaves an escrow.
    struct Split {
        uint256 toSeller; // the fee inside
        uint256 toBuyer;
        uint256 toArbiter;
    }

    mapping(bytes32 id => State) private _states;

    /// @dev Only where a verdict must name it.
    mapping(bytes32 id => bytes32 deliverable) private _deliverables;

    /* FUNDING */

    /// @inheritdoc IEscrow
    function fund(Terms calldata terms, bytes calldata signature) external payable nonReentrant {
        _checkSender(terms.buyer);
        _open(terms, signature);
        _takeFromSender(terms.token, terms.amount);
    }

    /// @inheritdoc IEscrow
    function fundMany(Opening[] calldata openings) external payable nonReentrant {
        if (openings.length == 0) revert EmptyPlan();

        address token = openings[0].terms.token;
        uint256 sum;
        for (uint256 i; i < openings.length; ++i) {
            Terms calldata terms = openings[i].terms;
            if (terms.token != token) revert MixedPlan(i);
            _checkSender(terms.buyer);
            _open(terms, openings[i].signature);
            sum += terms.amount;
        }
        _takeFromSender(token, sum);
    }

    /// @inheritdoc IEscrow
    function fundWithAuthorization(Terms calldata terms, bytes calldata signature, bytes calldata authorization)
        external
        nonReentrant
    {
        bytes32 id = _openRelayed(terms, signature);
        _receiveExactly(terms.token, terms.buyer, terms.amount, terms.fundBy, id, authorization);
    }

    /// @inheritdoc IEscrow
    function fundWithPermit2(
        Terms calldata terms,
        bytes calldata signature,
        uint256 permitNonce,
        bytes calldata permitSignature
    ) external nonReentrant {
        _openRelayed(terms, signature);
        uint256 before = _balanceOf(terms.token, address(this));
        PERMIT2.permitWitnessTransferFrom(
            IPermit2.PermitTransferFrom(
                IPermit2.TokenPermissions(terms.token, terms.amount), permitNonce, terms.fundBy
            ),
            IPermit2.SignatureTransferDetails(address(this), terms.amount),
            terms.buyer,
            EscrowHash.hash(terms),
            EscrowHash.WITNESS_TYPE,
            permitSignature
        );
        _checkReceived(terms.token, address(this), before, terms.amount);
    }

    /* DELIVERING */

    /// @inheritdoc IEscrow
    function submit(Terms calldata terms, bytes32 deliverable) external {
        _checkSender(terms.seller);
        (bytes32 id, State memory state) = _load(terms);
        if (terms.keyHash != 0) revert Sealed();
        if (state.status != Status.Funded) revert WrongStatus(state.status);
        _checkInTime(state.timer);
        if (deliverable == 0) revert ZeroDeliverable();

        uint40 timer = _enter(id, state, Status.Submitted, terms.reviewWindow);
        if (terms.evaluator != address(0)) _deliverables[id] = deliverable;
        emit Submitted(terms.operator, id, deliverable, timer);
    }

    /// @inheritdoc IEscrow
    function attest(
        Terms calldata terms,
        bytes32 deliverable,
        bool pass,
        bytes32 evidenceHash,
        bytes calldata signature
    ) external nonReentrant {
        (bytes32 id, State memory state) = _load(terms);
        bool isSealed = terms.keyHash != 0;
        // A sealed deliverable is judged before it is opened, any other after it was submitted.
        if (!isSealed && state.status == Status.Funded) revert WrongStatus(state.status);
        _checkInTime(state.timer);
        if (state.passed) revert AlreadyPassed();
        bytes32 expected = isSealed ? terms.delivery : _deliverables[id];
        if (deliverable != expected) revert WrongDeliverable(deliverable, expected);
        _checkConsent(terms.evaluator, EscrowHash.verdictDigest(id, deliverable, pass, evidenceHash), signature);

        emit Attested(terms.operator, id, deliverable, pass, evidenceHash);
        if (!pass) {
            _split(terms, id, state, Split(0, state.remaining, 0), Cause.Verdict);
        } else if (isSealed) {
            _states[id].passed = true;
        } else {
            _split(terms, id, state, Split(state.remaining, 0, 0), Cause.Verdict);
        }
    }

    /// @inheritdoc IEscrow
    function reveal(Terms calldata terms, bytes32 key) external nonReentrant {
        (bytes32 id, State memory state) = _load(terms);
        if (keccak256(abi.encode(terms.seller, key)) != terms.keyHash) revert WrongKey();
        if (terms.evaluator != address(0) && !state.passed) revert NotPassed();

        emit KeyRevealed(terms.operator, id, key);
        _split(terms, id, state, Split(state.remaining, 0, 0), Cause.Reveal);
    }

    /* DECIDING */

    /// @inheritdoc IEscrow
    function release(Terms calldata terms, uint96 upTo) external nonReentrant {
        _checkSender(terms.buyer);
        (bytes32 id, State memory state) = _load(terms);
        _release(terms, id, state, upTo);
    }

    /// @inheritdoc IEscrow
    function releaseWithSignature(Terms calldata terms, uint96 upTo, uint40 deadline, bytes calldata signature)
        external
        nonReentrant
    {
        _checkInTime(deadline);
        (bytes32 id, State memory state) = _load(terms);
        _checkAccount(terms.buyer, EscrowHash.releaseDigest(id, upTo, deadline), signature);
        _release(terms, id, state, upTo);
    }

    /// @inheritdoc IEscrow
    function refund(Terms calldata terms, uint96 amount) external nonReentrant {
        _checkSender(terms.seller);
        (bytes32 id, State memory state) = _load(terms);
        if (amount == 0) revert NothingToPay();
        _split(terms, id, state, Split(0, Math.min(amount, state.remaining), 0), Cause.Refund);
    }

    /// @inheritdoc IEscrow
    function dispute(Terms calldata terms, bytes32 reasonHash) external {
        _checkSender(terms.buyer);
        (bytes32 id, State memory state) = _load(terms);
        if (state.status != Status.Submitted) revert WrongStatus(state.status);
        _checkInTime(state.timer);

        uint40 timer = _enter(id, state, Status.Disputed, terms.rulingWindow);
        emit Disputed(terms.operator, id, reasonHash, timer);
    }

    /// @inheritdoc IEscrow
    function resolve(Terms calldata terms, uint96 toSeller, bytes32 rulingHash) external nonReentrant {
        _checkSender(terms.arbiter);
        (bytes32 id, State memory state) = _load(terms);
        if (state.status != Status.Disputed) revert WrongStatus(state.status);
        _checkInTime(state.timer);

        Split memory split;
        split.toArbiter = uint256(state.remaining) * terms.arbiterFeeBps / EscrowTerms.BPS;
        uint256 rest = state.remaining - split.toArbiter;
        split.toSeller = Math.min(Math.saturatingSub(toSeller, state.released), rest);
        split.toBuyer = rest - split.toSeller;
        emit Resolved(terms.operator, id, split.toSeller, split.toArbiter, rulingHash);
        _split(terms, id, state, split, Cause.Ruling);
    }

    /// @inheritdoc IEscrow
    function settle(
        Terms calldata terms,
        uint96 remaining,
        uint96 toSeller,
        uint40 deadline,
        bytes calldata buyerSignature,
        bytes calldata sellerSignature
    ) external nonReentrant {
        _checkInTime(deadline);
        (bytes32 id, State memory state) = _load(terms);
        if (remaining != state.remaining) revert RemainderChanged(remaining, state.remaining);
        if (toSeller > remaining) revert ExceedsRemainder(toSeller, remaining);
        Split memory split = Split(toSeller, remaining - toSeller, 0);
        bytes32 digest = EscrowHash.settlementDigest(id, remaining, toSeller, deadline);
        _checkConsent(terms.buyer, digest, buyerSignature);
        _checkConsent(terms.seller, digest, sellerSignature);

        _split(terms, id, state, split, Cause.Settlement);
    }

    /// @inheritdoc IEscrow
    function timeout(Terms calldata terms) external nonReentrant {
        (bytes32 id, State memory state) = _load(terms);
        if (block.timestamp <= state.timer) revert NotYet(state.timer, block.timestamp);

        Split memory split;
        if (state.status == Status.Submitted) split.toSeller = state.remaining;
        if (state.status == Status.Disputed) {
            split.toSeller = uint256(state.remaining) * terms.fallbackBps / EscrowTerms.BPS;
        }
        split.toBuyer = state.remaining - split.toSeller;
        _split(terms, id, state, split, Cause.Timeout);
    }

    /* VIEWS */

    /// @inheritdoc IEscrow
    function idOf(Terms calldata terms) external view returns (bytes32) {
        return EscrowHash.id(terms);
    }

    /// @inheritdoc IEscrow
    function stateOf(bytes32 id) external view returns (State memory) {
        return _states[id];
    }

    /// @inheritdoc IEscrow
    function deliverableOf(bytes32 id) external view returns (bytes32) {
        return _deliverables[id];
    }

    /// @inheritdoc IEscrow
    function releaseDigest(bytes32 id, uint96 upTo, uint40 deadline) external view returns (bytes32) {
        return EscrowHash.releaseDigest(id, upTo, deadline);
    }

    /// @inheritdoc IEscrow
    function settlementDigest(bytes32 id, uint96 remaining, uint96 toSeller, uint40 deadline)
        external
        view
        returns (bytes32)
    {
        return EscrowHash.settlementDigest(id, remaining, toSeller, deadline);
    }

    /// @inheritdoc IEscrow
    function verdictDigest(bytes32 id, bytes32 deliverable, bool pass, bytes32 evidenceHash)
        external
        view
        returns (bytes32)
    {
        return EscrowHash.verdictDigest(id, deliverable, pass, evidenceHash);
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return Eip712.domain(EscrowHash.NAME);
    }

    /* INTERNALS */

    /// @dev That no escrow with this id is open or closed already follows from the nonce, which is part of the id.
    function _open(Terms calldata terms, bytes calldata signature) private returns (bytes32 id) {
        EscrowTerms.check(terms);
        id = EscrowHash.id(terms);
        _checkOperator(terms.operator, id, signature);
        _useNonce(terms.operator, terms.nonce);

        _states[id] = State(terms.amount, 0, terms.deliverBy, Status.Funded, false);
        emit Funded(terms.operator, id, terms.buyer, terms);
    }

    /// @dev Sent by anyone: the buyer's signature for the token takes the place of sending.
    function _openRelayed(Terms calldata terms, bytes calldata signature) private returns (bytes32 id) {
        if (terms.token == address(0)) revert WrongValue(0, terms.amount);
        return _open(terms, signature);
    }

    function _takeFromSender(address token, uint256 amount) private {
        uint256 needed = token == address(0) ? amount : 0;
        if (msg.value != needed) revert WrongValue(msg.value, needed);
        if (token != address(0)) _takeExactly(token, msg.sender, address(this), amount);
    }

    function _load(Terms calldata terms) private view returns (bytes32 id, State memory state) {
        id = EscrowHash.id(terms);
        state = _states[id];
        if (state.status == Status.None || state.status == Status.Closed) revert WrongStatus(state.status);
    }

    function _enter(bytes32 id, State memory state, Status status, uint256 window) private returns (uint40 timer) {
        // Two years and two windows of a year from now are far below 2^40.
        timer = uint40(block.timestamp + window);
        state.status = status;
        state.timer = timer;
        _states[id] = state;
    }

    function _release(Terms calldata terms, bytes32 id, State memory state, uint256 upTo) private {
        uint256 amount = Math.min(Math.saturatingSub(upTo, state.released), state.remaining);
        if (amount == 0) revert NothingToPay();
        _split(terms, id, state, Split(amount, 0, 0), Cause.Release);
    }

    /// @dev The only way for money out of an escrow. State and events first, then the pushes.
    function _split(Terms calldata terms, bytes32 id, State memory state, Split memory split, Cause cause) private {
        uint256 paid = state.released + split.toSeller;
        uint256 fee = _fee(terms, paid) - _fee(terms, state.released);
        // No part is more than what is left, so these are no more than 96 bits.
        state.released = uint96(paid);
        state.remaining -= uint96(split.toSeller + split.toBuyer + split.toArbiter);
        if (state.remaining == 0) state.status = Status.Closed;
        _states[id] = state;

        _emitPayout(terms, id, state.remaining, split, fee, cause);
        _pushOrCredit(terms, id, terms.seller, split.toSeller - fee);
        _pushOrCredit(terms, id, terms.feeRecipient, fee);
        _pushOrCredit(terms, id, terms.buyer, split.toBuyer);
        _pushOrCredit(terms, id, terms.arbiter, split.toArbiter);
    }

    function _emitPayout(
        Terms calldata terms,
        bytes32 id,
        uint256 remaining,
        Split memory split,
        uint256 fee,
        Cause cause
    ) private {
        if (split.toSeller != 0) {
            emit Paid(terms.operator, id, terms.seller, split.toSeller - fee, fee, remaining, cause);
        }
        if (split.toBuyer != 0) emit Returned(terms.operator, id, terms.buyer, split.toBuyer, remaining, cause);
    }

    /// @dev What of `paid`, all that went to the seller, is the fee.
    function _fee(Terms calldata terms, uint256 paid) private pure returns (uint256) {
        return terms.feeAmount * paid / terms.amount;
    }

    function _checkSender(address expected) private view {
        if (msg.sender != expected) revert WrongSender(msg.sender, expected);
    }

    /// @dev A role that calls itself has said so; else its signature says so.
    function _checkConsent(address role, bytes32 digest, bytes calldata signature) private view {
        if (msg.sender != role) _checkAccount(role, digest, signature);
    }

    function _checkInTime(uint256 deadline) private view {
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
    }
}
