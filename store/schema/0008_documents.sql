-- What was handed out about payments.

-- A receipt as it was signed: never changed, never deleted. It counts while the payment's proof rests on this very event; when a reorg has taken the event
-- away, the row is what was revoked, and the same payment in another block gets another row.
CREATE TABLE receipts (
    payment_request_id TEXT NOT NULL REFERENCES payment_requests (id),
    block_hash TEXT NOT NULL,
    log_index BIGINT NOT NULL,
    -- The JSON to the byte, with the signature in it.
    document TEXT NOT NULL,
    signer TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    PRIMARY KEY (payment_request_id, block_hash, log_index)
);

-- Public pages of receipts. The token of a link is never stored: it follows from the id under the instance's key, and `hash` is its HMAC under the same key.
CREATE TABLE receipt_links (
    id TEXT NOT NULL PRIMARY KEY,
    payment_request_id TEXT NOT NULL REFERENCES payment_requests (id),
    -- `document`: the one that printed receipts lead to; `shared`: made by a party.
    purpose TEXT NOT NULL CHECK (purpose IN ('document', 'shared')),
    hash TEXT NOT NULL UNIQUE,
    label TEXT,
    created_by TEXT NOT NULL REFERENCES profiles (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    CHECK (purpose = 'shared' OR (label IS NULL AND expires_at IS NULL))
);
CREATE INDEX receipt_links_by_request ON receipt_links (payment_request_id, created_at, id);
-- One standing link per receipt for what is printed.
CREATE UNIQUE INDEX receipt_links_printed ON receipt_links (payment_request_id) WHERE purpose = 'document' AND revoked_at IS NULL;
