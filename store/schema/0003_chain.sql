-- What was read from the chains.

-- The fencing number of a chain's leader. Every write of the indexer checks it.
CREATE TABLE chain_leaders (
    chain_id BIGINT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    -- When the leader last had an answer from its node, by its host's clock.
    heard_at BIGINT
);

CREATE TABLE chain_cursors (
    chain_id BIGINT NOT NULL PRIMARY KEY,
    scanned_number BIGINT NOT NULL,
    scanned_hash TEXT NOT NULL,
    scanned_time BIGINT NOT NULL,
    head_number BIGINT NOT NULL,
    head_time BIGINT NOT NULL,
    -- The newest final block; none before the first is.
    final_through BIGINT,
    final_time BIGINT NOT NULL,
    halted TEXT
);

CREATE TABLE chain_headers (
    chain_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hash TEXT NOT NULL,
    parent TEXT NOT NULL,
    time BIGINT NOT NULL,
    PRIMARY KEY (chain_id, number)
);

-- Every log of ours ever seen. What a reorg took away is marked, not deleted: it is evidence, and the branch may come back.
CREATE TABLE router_events (
    chain_id BIGINT NOT NULL,
    block_hash TEXT NOT NULL,
    log_index BIGINT NOT NULL,
    block_number BIGINT NOT NULL,
    block_time BIGINT NOT NULL,
    tx_hash TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('payment', 'refund', 'signer_set', 'nonces_cancelled')),
    operator TEXT NOT NULL,
    -- payment and refund; a refund has a parent and no fee
    emitter TEXT,
    request_id TEXT,
    parent TEXT,
    payee TEXT,
    payer TEXT,
    token TEXT,
    amount TEXT,
    fee_recipient TEXT,
    fee_amount TEXT,
    nonce TEXT,
    deadline TEXT,
    digest TEXT,
    -- Who sent the transaction, which need not be the payer.
    tx_from TEXT,
    -- signer_set
    signer TEXT,
    signer_until BIGINT,
    -- nonces_cancelled
    word TEXT,
    mask TEXT,
    orphaned BIGINT NOT NULL DEFAULT 0 CHECK (orphaned IN (0, 1)),
    -- What came of it once it was final.
    verdict TEXT CHECK (verdict IN ('verified', 'issue', 'foreign', 'applied')),
    PRIMARY KEY (chain_id, block_hash, log_index)
);
CREATE INDEX router_events_by_block ON router_events (chain_id, block_number) WHERE orphaned = 0;
CREATE INDEX router_events_unjudged ON router_events (chain_id, block_number) WHERE orphaned = 0 AND verdict IS NULL;
CREATE INDEX router_events_by_digest ON router_events (digest) WHERE digest IS NOT NULL;
CREATE INDEX router_events_by_tx ON router_events (chain_id, tx_hash);
CREATE INDEX router_events_signers ON router_events (chain_id, operator, signer) WHERE kind = 'signer_set';
CREATE INDEX router_events_nonces ON router_events (chain_id, operator, nonce) WHERE nonce IS NOT NULL;
CREATE INDEX router_events_cancelled ON router_events (chain_id, operator, word) WHERE kind = 'nonces_cancelled';
