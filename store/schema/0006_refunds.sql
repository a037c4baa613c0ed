-- What buyers ask back, what was signed for it, and what came back.

-- Pending, approved and settled ones are reserved of what the payment paid: whoever adds one holds the lock of the agreement.
CREATE TABLE refund_requests (
    id TEXT NOT NULL PRIMARY KEY,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    payment_request_id TEXT NOT NULL REFERENCES payment_requests (id),
    amount TEXT NOT NULL CHECK (amount <> '0'),
    reason TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'cancelled', 'settled')),
    -- What whoever brought it into this status says to it.
    response TEXT,
    -- The nonce that every payload of it carries, once there is one: so it is paid back at most once.
    chain_id BIGINT NOT NULL,
    router TEXT,
    operator TEXT,
    nonce TEXT,
    -- The block in which the operator cancelled the nonce, once that is final.
    voided_in_block BIGINT,
    -- The newest payload; once settled, the one that was paid.
    payload_digest TEXT,
    status_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (chain_id, router, operator, nonce),
    CHECK (status NOT IN ('approved', 'settled') OR payload_digest IS NOT NULL),
    CHECK ((nonce IS NULL) = (payload_digest IS NULL) AND (nonce IS NULL) = (router IS NULL) AND (nonce IS NULL) = (operator IS NULL))
);
CREATE INDEX refund_requests_by_agreement ON refund_requests (agreement_id, created_at, id);
CREATE INDEX refund_requests_by_payment ON refund_requests (payment_request_id, created_at, id);

-- Every payload that was signed for a refund: an earlier one may have been executed before a later one was signed.
CREATE TABLE refund_payloads (
    digest TEXT NOT NULL PRIMARY KEY,
    refund_request_id TEXT NOT NULL REFERENCES refund_requests (id),
    -- The signed truth: canonical JSON and signature. The rest repeats it, and is compared with it on reading.
    snapshot TEXT NOT NULL,
    signature TEXT NOT NULL,
    signer TEXT NOT NULL,
    request_id TEXT NOT NULL UNIQUE,
    deadline BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX refund_payloads_by_refund ON refund_payloads (refund_request_id, created_at);

-- Why a refund counts as settled. There is a row exactly while it does; reading verifies it again.
CREATE TABLE refund_proofs (
    refund_request_id TEXT NOT NULL PRIMARY KEY REFERENCES refund_requests (id),
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
CREATE UNIQUE INDEX refund_proofs_by_event ON refund_proofs (chain_id, block_hash, log_index);
CREATE INDEX refund_proofs_by_block ON refund_proofs (chain_id, block_number);

-- Events that name a refund and are not what was signed for it.
CREATE TABLE refund_issues (
    refund_request_id TEXT NOT NULL REFERENCES refund_requests (id),
    chain_id BIGINT NOT NULL,
    block_hash TEXT NOT NULL,
    log_index BIGINT NOT NULL,
    issues TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (refund_request_id, chain_id, block_hash, log_index)
);
CREATE INDEX refund_issues_by_event ON refund_issues (chain_id, block_hash, log_index) WHERE closed_at IS NULL;

ALTER TABLE postings ADD COLUMN refund_request_id TEXT REFERENCES refund_requests (id);
CREATE INDEX postings_by_refund ON postings (refund_request_id) WHERE refund_request_id IS NOT NULL;
