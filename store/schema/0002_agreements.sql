-- What was agreed, what was delivered, what was asked for and what was paid.

CREATE TABLE agreements (
    id TEXT NOT NULL PRIMARY KEY,
    importer_id TEXT NOT NULL REFERENCES profiles (id),
    external_ref TEXT NOT NULL,
    buyer_id TEXT NOT NULL REFERENCES profiles (id),
    buyer_wallet TEXT NOT NULL,
    seller_id TEXT NOT NULL REFERENCES profiles (id),
    seller_wallet TEXT NOT NULL,
    -- Taken from the terms, to find the agreements of an evaluator's wallets: a contract's on its chain only.
    evaluator TEXT,
    chain_id BIGINT NOT NULL,
    -- The canonical JSON (RFC 8785) that was hashed and signed, to the byte.
    terms TEXT NOT NULL,
    terms_hash TEXT NOT NULL,
    consent TEXT NOT NULL CHECK (consent IN ('signatures', 'attested')),
    consent_salt TEXT,
    buyer_signature TEXT,
    seller_signature TEXT,
    attested_by TEXT,
    fee_bps BIGINT NOT NULL CHECK (fee_bps BETWEEN 0 AND 2000),
    fee_fixed TEXT NOT NULL,
    fee_recipient TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('in_progress', 'submitted', 'accepted', 'rejected', 'cancelled')),
    -- What the status is about: the delivery, the reason, who and when.
    status_submission_id TEXT,
    status_reason TEXT,
    status_by TEXT,
    status_at BIGINT,
    -- How many payout changes were asked for: where it is 0, nobody looks for one.
    payout_changes BIGINT NOT NULL DEFAULT 0 CHECK (payout_changes >= 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (importer_id, external_ref),
    CHECK ((consent = 'attested') = (attested_by IS NOT NULL)),
    CHECK ((consent = 'signatures') = (consent_salt IS NOT NULL AND buyer_signature IS NOT NULL AND seller_signature IS NOT NULL)),
    CHECK ((status IN ('submitted', 'accepted', 'rejected')) = (status_submission_id IS NOT NULL))
);
-- A pair of signatures makes one agreement, whoever imports it and under whatever reference: the salt tells one signing from another.
CREATE UNIQUE INDEX agreements_by_consent ON agreements (terms_hash, buyer_wallet, seller_wallet, consent_salt) WHERE consent = 'signatures';
-- One for each part that a profile can have, in the order of the list, for all of them and for those in one status.
CREATE INDEX agreements_by_buyer ON agreements (buyer_id, created_at, id);
CREATE INDEX agreements_by_buyer_in ON agreements (buyer_id, status, created_at, id);
CREATE INDEX agreements_by_seller ON agreements (seller_id, created_at, id);
CREATE INDEX agreements_by_seller_in ON agreements (seller_id, status, created_at, id);
CREATE INDEX agreements_by_importer ON agreements (importer_id, created_at, id);
CREATE INDEX agreements_by_importer_in ON agreements (importer_id, status, created_at, id);
CREATE INDEX agreements_by_evaluator ON agreements (evaluator, created_at, id, chain_id) WHERE evaluator IS NOT NULL;
CREATE INDEX agreements_by_evaluator_in ON agreements (evaluator, status, created_at, id, chain_id) WHERE evaluator IS NOT NULL;

CREATE TABLE submissions (
    id TEXT NOT NULL PRIMARY KEY,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    deliverable_url TEXT,
    notes TEXT,
    deliverable_hash TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (agreement_id, revision)
);

-- A payable unit owns one router nonce, so it is paid at most once whatever is signed for it.
CREATE TABLE units (
    id TEXT NOT NULL PRIMARY KEY,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    -- 0 for the whole agreement, n for its n-th instalment.
    instalment BIGINT NOT NULL CHECK (instalment >= 0),
    chain_id BIGINT NOT NULL,
    router TEXT NOT NULL,
    operator TEXT NOT NULL,
    nonce TEXT NOT NULL,
    -- The block in which the operator cancelled the nonce, once that is final.
    voided_in_block BIGINT,
    UNIQUE (chain_id, router, operator, nonce)
);
CREATE INDEX units_by_agreement ON units (agreement_id);

CREATE TABLE nonce_sequences (
    chain_id BIGINT NOT NULL,
    router TEXT NOT NULL,
    operator TEXT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (chain_id, router, operator)
);

CREATE TABLE payment_requests (
    id TEXT NOT NULL PRIMARY KEY,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    unit_id TEXT NOT NULL REFERENCES units (id),
    -- The signed truth: canonical JSON and signature. Everything else of this row that says what was asked repeats it, and is compared with it on reading.
    snapshot TEXT NOT NULL,
    signature TEXT NOT NULL,
    signer TEXT NOT NULL,
    request_id TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL UNIQUE,
    chain_id BIGINT NOT NULL,
    -- CAIP-19.
    asset TEXT NOT NULL,
    seller_amount TEXT NOT NULL,
    -- The payout change under which it was signed, if any.
    payout_change_id TEXT,
    deadline BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('signed', 'submitted', 'cancelled', 'failed', 'expired', 'router_verified')),
    -- The transaction that was named, or seen.
    tx_hash TEXT,
    status_reason TEXT,
    -- The request that paid the unit instead.
    paid_by TEXT,
    recovered_from TEXT,
    status_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (status <> 'submitted' OR tx_hash IS NOT NULL),
    CHECK (status <> 'failed' OR status_reason IN ('reverted', 'token_transfer_blocked', 'not_this_payment', 'unit_paid'))
);
-- One live request per unit.
CREATE UNIQUE INDEX payment_requests_live ON payment_requests (unit_id) WHERE status IN ('signed', 'submitted');
CREATE INDEX payment_requests_by_agreement ON payment_requests (agreement_id, created_at, id);
CREATE INDEX payment_requests_live_by_deadline ON payment_requests (chain_id, deadline) WHERE status IN ('signed', 'submitted');
CREATE INDEX payment_requests_live_by_agreement ON payment_requests (agreement_id) WHERE status IN ('signed', 'submitted');
CREATE INDEX payment_requests_submitted ON payment_requests (chain_id, id) WHERE status = 'submitted';

-- A transaction is named for one request only: the first. Which request it pays is for the chain to say, and one transaction may pay several.
CREATE TABLE transaction_hints (
    chain_id BIGINT NOT NULL,
    tx_hash TEXT NOT NULL,
    payment_request_id TEXT NOT NULL REFERENCES payment_requests (id),
    PRIMARY KEY (chain_id, tx_hash)
);
CREATE INDEX transaction_hints_by_request ON transaction_hints (payment_request_id);

-- Why a request counts as verified. There is a row exactly while it does; reading verifies it again.
CREATE TABLE proofs (
    payment_request_id TEXT NOT NULL PRIMARY KEY REFERENCES payment_requests (id),
    chain_id BIGINT NOT NULL,
    block_hash TEXT NOT NULL,
    log_index BIGINT NOT NULL,
    block_number BIGINT NOT NULL,
    authority TEXT NOT NULL CHECK (authority IN ('operator', 'delegate')),
    delegate TEXT,
    delegate_until BIGINT,
    final_through BIGINT NOT NULL,
    CHECK ((authority = 'delegate') = (delegate IS NOT NULL AND delegate_until IS NOT NULL))
);
CREATE UNIQUE INDEX proofs_by_event ON proofs (chain_id, block_hash, log_index);
CREATE INDEX proofs_by_block ON proofs (chain_id, block_number);

-- Events that name a request and do not match it.
CREATE TABLE proof_issues (
    payment_request_id TEXT NOT NULL REFERENCES payment_requests (id),
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    chain_id BIGINT NOT NULL,
    block_hash TEXT NOT NULL,
    log_index BIGINT NOT NULL,
    issues TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (payment_request_id, chain_id, block_hash, log_index)
);
CREATE INDEX proof_issues_open ON proof_issues (agreement_id) WHERE closed_at IS NULL;

-- Double entry. Never updated, never deleted; a correction names what it reverses.
CREATE TABLE postings (
    -- `<payment or refund request>:<what>:<how often posted before>`, and the number of the line. What: `<block hash>:<log index>` of an event, or `due`.
    entry TEXT NOT NULL,
    line BIGINT NOT NULL,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    payment_request_id TEXT NOT NULL REFERENCES payment_requests (id),
    -- What the entry stands for: of each request at most one entry of a kind stands.
    booked TEXT NOT NULL CHECK (booked IN ('payment', 'refund_due', 'refund')),
    account TEXT NOT NULL CHECK (account IN ('buyer_external', 'seller_proceeds', 'platform_fee', 'refund_due')),
    wallet TEXT NOT NULL,
    -- Whose account it is: a profile, or `operator`.
    owner TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('debit', 'credit')),
    asset TEXT NOT NULL,
    amount TEXT NOT NULL CHECK (amount <> '0'),
    at BIGINT NOT NULL,
    -- The entry that this one takes back; each at most once.
    reverses TEXT,
    PRIMARY KEY (entry, line),
    UNIQUE (reverses, line)
);
CREATE INDEX postings_by_agreement ON postings (agreement_id);
CREATE INDEX postings_by_request ON postings (payment_request_id);
CREATE INDEX postings_by_owner ON postings (owner, asset, account, at, entry, line);

-- What moved on the accounts of an owner on a day (UTC, unix days): sums of postings, written with them, so that no balance needs to read them all.
CREATE TABLE ledger_days (
    owner TEXT NOT NULL,
    asset TEXT NOT NULL,
    account TEXT NOT NULL,
    day BIGINT NOT NULL,
    debits TEXT NOT NULL,
    credits TEXT NOT NULL,
    lines BIGINT NOT NULL,
    PRIMARY KEY (owner, asset, account, day)
);
