// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IFunds} from "./IFunds.sol";
import {IOperators} from "./IOperators.sol";

/// @title Escrow
/// @notice Holds the funds of one unit of work until the parties, somebody they named, or time decides whose they are. It has
/// no owner, cannot be paused or upgraded, and nobody but those that the terms name can move an escrow's funds before its
/// time. From every state, once its window has passed, one call of `timeout` by anyone closes it.
/// @dev **Terms** are calldata: each call gives them whole, and their hash finds the escrow. An escrow is opened once; a closed
/// one stays closed for ever.
///
/// **Time.** Each open state has a timer. Up to and including that second its verbs may be called; after it `timeout` may, so
/// that at every instant exactly one of them is open. Never cut by time, while the escrow is open: `release`, `refund` and
/// `settle`, which give away only what is the giver's, and `reveal`, because a published key cannot be taken back.
///
/// | state | until | who may act | after that, anyone |
/// |---|---|---|---|
/// | Funded | `deliverBy` | seller `submit` (review); evaluator `attest`, then anyone with the key `reveal` (sealed) | all to the buyer |
/// | Submitted | + `reviewWindow` | buyer `dispute`; evaluator `attest` | all to the seller: silence pays for delivered work |
/// | Disputed | + `rulingWindow` | arbiter `resolve`; evaluator `attest` | split by `fallbackBps` |
/// | any open one | | buyer `release`; seller `refund`; both `settle` | |
///
/// **Three ways to deliver**, chosen by the terms. *Review* (`keyHash` zero): the seller submits a hash, the buyer has a
/// window to dispute it; an evaluator, if there is one, decides by its verdict on that hash, and leaves it to the buyer by its
/// silence. *Exchange* (`keyHash`, no evaluator): publishing the key to the sealed deliverable pays. It proves that the
/// committed key was published, not that it opens something good. *Verified exchange* (`keyHash` and evaluator): it pays only
/// after the evaluator, who has opened the sealed deliverable, attested a pass; without one the buyer is refunded.
///
/// **Payouts** emit Paid for what the seller gets and Returned for what goes back to the buyer, and are pushed. When token or
/// recipient refuses, the recipient is credited instead (Credited) and withdraws later, so that nobody can stop anybody else's
/// payout. A push has PUSH_GAS of gas, no more and no less: a call that has not enough left reverts with InsufficientGas
/// instead of crediting. The fee for what the seller gets is `floor(feeAmount * paid / amount)` over all that was ever paid to
/// it, so parts cannot round it away.
///
/// **Signatures** of buyer, seller and evaluator are 65 bytes of ECDSA (r, s, v) by the account's key, or whatever its contract
/// accepts under ERC-1271; delegates sign for operators only. While money is on its way no verb that moves money can be
/// called, not even by a recipient.
///
/// Every verb reverts with WrongStatus unless the escrow is in a state of its row. Tokens that are sent here without funding an
/// escrow are lost.
interface IEscrow is IOperators, IFunds, IERC5267 {
    /// @notice What one escrow is about. The operator signs it (EIP-712, domain `Escrow` / `1` / chain id / this contract), and
    /// the digest it signs is the escrow's id. "Outsider" means: neither this contract nor the token.
    struct Terms {
        /// @dev This chain, when funded. The id stays the same if the chain's id changes later (a split).
        uint64 chainId;
        /// @dev Whose signature this needs and whose nonce it uses. Not zero.
        address operator;
        /// @dev One per unit of work of this operator: whatever it signed with it, one escrow at most.
        uint256 nonce;
        /// @dev The last second at which it can be funded.
        uint40 fundBy;
        /// @dev keccak256 of the canonical (RFC 8785) request snapshot: the agreement that this escrow settles.
        bytes32 requestId;
        /// @dev Who funds it. An outsider, not zero.
        address buyer;
        /// @dev Who delivers. An outsider, not zero, not the buyer.
        address seller;
        /// @dev Who rules on a dispute; zero for nobody, then `fallbackBps` decides. An outsider, no party. Zero if sealed.
        address arbiter;
        /// @dev Whose verdict decides; zero for nobody. An outsider, no party.
        address evaluator;
        /// @dev The ERC-20 token, or zero for the chain's native coin. Not this contract.
        address token;
        /// @dev What the buyer pays in, in the token's atomic units. Not zero.
        uint96 amount;
        /// @dev Who gets the fee; zero exactly when there is none. An outsider, no party.
        address feeRecipient;
        /// @dev What of `amount` is the fee when all of it goes to the seller. At most 20 % of it.
        uint96 feeAmount;
        /// @dev The arbiter's share, in 1/10,000, of what it rules on. At most 1,000; zero without an arbiter.
        uint16 arbiterFeeBps;
        /// @dev The seller's share, in 1/10,000, of what is left when nobody decides a dispute in time. At most 10,000; without
        /// an arbiter neither 0 nor 10,000, which would make every dispute a victory. Zero if sealed.
        uint16 fallbackBps;
        /// @dev The last second to deliver. An hour to two years (730 days) after funding.
        uint40 deliverBy;
        /// @dev Seconds to review after a submission, 24 hours to 365 days. Zero if sealed.
        uint32 reviewWindow;
        /// @dev Seconds to rule after a dispute, 24 hours to 365 days. Zero if sealed.
        uint32 rulingWindow;
        /// @dev For a sealed deliverable keccak256(abi.encode(seller, key)), else zero.
        bytes32 keyHash;
        /// @dev For a sealed deliverable the commitment to it, not zero; else zero.
        bytes32 delivery;
    }

    /// @notice Where an escrow stands.
    struct State {
        /// @dev What it still holds, in atomic units.
        uint96 remaining;
        /// @dev What was paid to the seller, the fee included.
        uint96 released;
        /// @dev The last second of this status, or of the last one if it is closed.
        uint40 timer;
        Status status;
        /// @dev The evaluator has attested a pass of the sealed deliverable.
        bool passed;
    }

    enum Status {
        None,
        Funded,
        Submitted,
        Disputed,
        Closed
    }

    /// @notice Why money left an escrow.
    enum Cause {
        Release,
        Refund,
        Settlement,
        Verdict,
        Reveal,
        Ruling,
        Timeout
    }

    /// @notice The first field of the terms that is not as its description says.
    enum Field {
        ChainId,
        Operator,
        Buyer,
        Seller,
        Arbiter,
        Evaluator,
        Token,
        Amount,
        FeeRecipient,
        FeeAmount,
        ArbiterFeeBps,
        FallbackBps,
        DeliverBy,
        ReviewWindow,
        RulingWindow,
        Delivery
    }

    /// @notice An escrow to open and the operator's signature over its id.
    struct Opening {
        Terms terms;
        bytes signature;
    }

    /* EVENTS: with the terms, all that is needed to know every state and every unit. */

    /// @notice The escrow `id` was opened and holds `terms.amount`.
    event Funded(address indexed operator, bytes32 indexed id, address indexed buyer, Terms terms);

    /// @notice The seller delivered. The buyer may dispute it until the second `timer`.
    event Submitted(address indexed operator, bytes32 indexed id, bytes32 deliverable, uint40 timer);

    /// @notice The evaluator's verdict on `deliverable`.
    event Attested(address indexed operator, bytes32 indexed id, bytes32 deliverable, bool pass, bytes32 evidenceHash);

    /// @notice The key of the sealed deliverable.
    event KeyRevealed(address indexed operator, bytes32 indexed id, bytes32 key);

    /// @notice The buyer disputes what was submitted. It is decided until the second `timer`, or split after it.
    event Disputed(address indexed operator, bytes32 indexed id, bytes32 reasonHash, uint40 timer);

    /// @notice The arbiter ruled: of what was left `toSeller` went to the seller (its fee inside), `arbiterFee` to the arbiter,
    /// the rest back to the buyer.
    event Resolved(
        address indexed operator, bytes32 indexed id, uint256 toSeller, uint256 arbiterFee, bytes32 rulingHash
    );

    /// @notice `net` went to the seller and `fee` to the fee recipient.
    /// @param remaining What is left when the call is over: with nothing left, the escrow is closed.
    event Paid(
        address indexed operator,
        bytes32 indexed id,
        address indexed seller,
        uint256 net,
        uint256 fee,
        uint256 remaining,
        Cause cause
    );

    /// @notice `amount` went back to the buyer.
    /// @param remaining What is left when the call is over: with nothing left, the escrow is closed.
    event Returned(
        address indexed operator,
        bytes32 indexed id,
        address indexed buyer,
        uint256 amount,
        uint256 remaining,
        Cause cause
    );

    /// @notice A part of a payout of this escrow (Paid, Returned or the arbiter's fee) could not be delivered to `to`, which
    /// can withdraw it.
    event Credited(address indexed operator, bytes32 indexed id, address indexed to, address token, uint256 amount);

    /// @notice All that `owner` had been credited in `token` went to `to`.
    event Withdrawn(address indexed owner, address indexed token, address to, uint256 amount);

    /* ERRORS */

    /// @notice A field of the terms breaks its rule.
    error InvalidTerms(Field field);

    /// @notice An opening of no escrows.
    error EmptyPlan();

    /// @notice The escrow at `index` of a plan has another token than the first.
    error MixedPlan(uint256 index);

    /// @notice This verb is another's to call.
    error WrongSender(address sender, address expected);

    /// @notice The escrow is not in a status in which this can be done.
    error WrongStatus(Status status);

    /// @notice The last second for this was `deadline`.
    error Expired(uint256 deadline, uint256 timestamp);

    /// @notice The window has not passed: its last second is `timer`.
    error NotYet(uint256 timer, uint256 timestamp);

    /// @notice The deliverable is sealed: its key is revealed, it is not submitted.
    error Sealed();

    /// @notice A deliverable is named by its hash, which is not zero.
    error ZeroDeliverable();

    /// @notice The verdict is about another deliverable than the one that was submitted or sealed.
    error WrongDeliverable(bytes32 given, bytes32 expected);

    /// @notice The evaluator has not attested a pass.
    error NotPassed();

    /// @notice The evaluator has attested a pass before.
    error AlreadyPassed();

    /// @notice This is not the key whose hash the terms carry.
    error WrongKey();

    /// @notice The settlement was signed for another remainder than there is.
    error RemainderChanged(uint256 signed, uint256 remaining);

    /// @notice More than there is.
    error ExceedsRemainder(uint256 amount, uint256 remaining);

    /// @notice The call would move nothing.
    error NothingToPay();

    /// @notice Too little gas is left to give a push its PUSH_GAS.
    error InsufficientGas(uint256 left, uint256 needed);

    /// @notice Only this contract calls it.
    error OnlySelf();

    /// @notice The recipient of a withdrawal did not accept native coin.
    error NativeTransferFailed(address to);

    /// @notice Withdrawals go to somebody: not zero and not this contract.
    error ForbiddenRecipient(address to);

    /* FUNDING: until `fundBy`, once per (operator, nonce). Each reverts with InvalidTerms, Expired, WrongSigner, NonceUsed,
       WrongValue, InexactTransfer or the token's own error, and emits Funded. */

    /// @notice Opens an escrow with the sender's funds: by allowance to this contract, or in native coin with exactly
    /// `amount` as value.
    /// @dev May be called by the buyer.
    /// @param signature Over `idOf(terms)`: 65 bytes of ECDSA (r, s, v) by the operator or a delegate, or whatever the operator
    /// accepts under ERC-1271.
    function fund(Terms calldata terms, bytes calldata signature) external payable;

    /// @notice Opens several escrows of the sender, a milestone plan say, with one transfer of their sum. All or none.
    /// @dev May be called by the buyer of all of them; one token or native coin. Reverts with EmptyPlan or MixedPlan.
    function fundMany(Opening[] calldata openings) external payable;

    /// @notice Opens an escrow with the buyer's authorization (ERC-3009 `ReceiveWithAuthorization`): `to` this contract,
    /// `value` amount, `validAfter` 0, `validBefore` fundBy + 1, and as `nonce` the escrow's id.
    /// @dev May be called by anyone. Tokens only.
    /// @param authorization 65 bytes (r, s, v) go to the token in the form of the standard; another length in the form with
    /// `bytes`, which USDC has for contract wallets (ERC-1271).
    function fundWithAuthorization(Terms calldata terms, bytes calldata signature, bytes calldata authorization)
        external;

    /// @notice Opens an escrow with the buyer's signature for Permit2 (`PermitWitnessTransferFrom`): permitted are the token
    /// and `amount`, `spender` is this contract, `deadline` is fundBy, and the witness the terms themselves.
    /// @dev May be called by anyone. Tokens only.
    /// @param permitNonce An unordered nonce of Permit2 that the buyer has not used.
    function fundWithPermit2(
        Terms calldata terms,
        bytes calldata signature,
        uint256 permitNonce,
        bytes calldata permitSignature
    ) external;

    /* DELIVERING */

    /// @notice Delivers: Funded becomes Submitted, and the review window begins.
    /// @dev May be called by the seller until `deliverBy`, unless the deliverable is sealed (Sealed). Emits Submitted.
    /// Reverts with WrongSender, Expired or ZeroDeliverable.
    /// @param deliverable A hash of what was delivered, by whatever rule the agreement names.
    function submit(Terms calldata terms, bytes32 deliverable) external;

    /// @notice The evaluator's verdict. On a submission (Submitted or Disputed) a pass pays all that is left to the seller; on a
    /// sealed deliverable (Funded) it lets `reveal` pay. A failure returns all that is left to the buyer. The first one counts.
    /// @dev May be called until the timer by the evaluator, or by anyone with its signature over `verdictDigest`; the
    /// evaluator itself needs none. Without an evaluator nobody can call it. Emits Attested. Reverts with Expired, WrongDeliverable, AlreadyPassed or WrongSigner.
    function attest(
        Terms calldata terms,
        bytes32 deliverable,
        bool pass,
        bytes32 evidenceHash,
        bytes calldata signature
    ) external;

    /// @notice Publishes the key of the sealed deliverable and pays all that is left to the seller.
    /// @dev May be called by anyone who has the key, also after `deliverBy` until somebody has called `timeout`. Whether it
    /// succeeds depends on state, key and gas alone. Emits KeyRevealed. Reverts with WrongKey, or NotPassed if there is an
    /// evaluator whose pass is missing.
    function reveal(Terms calldata terms, bytes32 key) external;

    /* DECIDING */

    /// @notice Pays the seller until it has received `upTo` in all, the fee included; at most what is left.
    /// @dev May be called by the buyer in every open state, at any time. Reverts with WrongSender, or with NothingToPay when
    /// the seller has received as much already.
    function release(Terms calldata terms, uint96 upTo) external;

    /// @notice `release` by the buyer's signature over `releaseDigest`. It is cumulative, so using it twice does nothing more.
    /// @dev May be called by anyone until the second `deadline`; the buyer needs its signature here too. Reverts with Expired,
    /// WrongSigner or NothingToPay.
    function releaseWithSignature(Terms calldata terms, uint96 upTo, uint40 deadline, bytes calldata signature) external;

    /// @notice Returns `amount` to the buyer, at most what is left.
    /// @dev May be called by the seller in every open state, at any time. Reverts with WrongSender or NothingToPay.
    function refund(Terms calldata terms, uint96 amount) external;

    /// @notice Disputes what was submitted: Submitted becomes Disputed, and the ruling window begins.
    /// @dev May be called by the buyer until the timer. Emits Disputed. Reverts with WrongSender or Expired.
    /// @param reasonHash A hash of the reasons, by whatever rule the agreement names; zero for none.
    function dispute(Terms calldata terms, bytes32 reasonHash) external;

    /// @notice Rules on a dispute: `arbiterFeeBps` of what is left go to the arbiter; then the seller is paid until it has
    /// received `toSeller` in all, the fee included, as far as there is something left; the rest returns to the buyer.
    /// @dev May be called by the arbiter until the timer. Counting what was released before keeps the seller's total what it was
    /// ruled to be, whatever was given away meanwhile, as far as there is enough left. The arbiter's fee is of what is left. Emits Resolved. Reverts with WrongSender or Expired.
    /// @param rulingHash A hash of the ruling's text, by whatever rule the agreement names; zero for none.
    function resolve(Terms calldata terms, uint96 toSeller, bytes32 rulingHash) external;

    /// @notice Ends the escrow as both parties agree: `toSeller` of what is left, the fee included, to the seller and the rest
    /// back to the buyer.
    /// @dev May be called by anyone with the signatures of both over `settlementDigest`, in every open state until the second
    /// `deadline`; a party that calls it itself needs none. Reverts with Expired, RemainderChanged, ExceedsRemainder or
    /// WrongSigner. Do not sign one while a `reveal` may be under way.
    /// @param remaining What is left: with any other remainder the settlement is void.
    function settle(
        Terms calldata terms,
        uint96 remaining,
        uint96 toSeller,
        uint40 deadline,
        bytes calldata buyerSignature,
        bytes calldata sellerSignature
    ) external;

    /// @notice Closes an escrow whose window has passed, as the table above says.
    /// @dev May be called by anyone after the timer. Reverts with NotYet.
    function timeout(Terms calldata terms) external;

    /* CREDITS */

    /// @notice Sends all that the sender was credited in `token` (zero: native coin) to `to`.
    /// @dev The recipient has all the gas of the call. Reverts with NothingToPay, ForbiddenRecipient, NativeTransferFailed or the
    /// token's own error, and then the credit stays.
    function withdraw(address token, address to) external;

    /// @notice Sends all that `owner` was credited in `token` to `owner`.
    /// @dev May be called by anyone. Reverts as `withdraw` does.
    function withdrawFor(address owner, address token) external;

    /// @notice A payout, in a call of its own, so that its failure undoes what the token did.
    /// @dev Only this contract calls it; reverts with OnlySelf.
    function push(address token, address to, uint256 amount) external;

    /* VIEWS */

    /// @notice The id of the escrow with these terms: the EIP-712 digest that the operator signs.
    function idOf(Terms calldata terms) external view returns (bytes32);

    /// @notice Where the escrow `id` stands; all zero if it was never opened.
    function stateOf(bytes32 id) external view returns (State memory);

    /// @notice The deliverable that was submitted, where an evaluator's verdict must name it; else zero.
    function deliverableOf(bytes32 id) external view returns (bytes32);

    /// @notice What `owner` can withdraw of `token` (zero: native coin).
    function creditOf(address owner, address token) external view returns (uint256);

    /// @notice The EIP-712 digest of `Release(bytes32 id,uint96 upTo,uint40 deadline)`, which the buyer signs.
    function releaseDigest(bytes32 id, uint96 upTo, uint40 deadline) external view returns (bytes32);

    /// @notice The EIP-712 digest of `Settlement(bytes32 id,uint96 remaining,uint96 toSeller,uint40 deadline)`, which both
    /// parties sign.
    function settlementDigest(bytes32 id, uint96 remaining, uint96 toSeller, uint40 deadline)
        external
        view
        returns (bytes32);

    /// @notice The EIP-712 digest of `Verdict(bytes32 id,bytes32 deliverable,bool pass,bytes32 evidenceHash)`, which the
    /// evaluator signs.
    function verdictDigest(bytes32 id, bytes32 deliverable, bool pass, bytes32 evidenceHash)
        external
        view
        returns (bytes32);

    /// @notice The gas that each push of a payout has.
    function PUSH_GAS() external view returns (uint256);
}
