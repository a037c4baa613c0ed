-- What is told, and what was answered: written in the transaction that causes it.

CREATE TABLE outbox_counter (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    last BIGINT NOT NULL
);
INSERT INTO outbox_counter (id, last) VALUES (1, 0);

CREATE TABLE outbox (
    -- Without gaps, in the order of commits.
    sequence BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    agreement_id TEXT,
    readers TEXT NOT NULL,
    evaluator TEXT,
    data TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX outbox_by_time ON outbox (at, sequence);

-- The lines of each reader, to be read by reader and by type: a profile, or `operators` for what is told to nobody in particular.
CREATE TABLE outbox_readers (
    reader TEXT NOT NULL,
    sequence BIGINT NOT NULL REFERENCES outbox (sequence),
    kind TEXT NOT NULL,
    PRIMARY KEY (reader, sequence)
);
CREATE INDEX outbox_readers_by_kind ON outbox_readers (reader, kind, sequence);

CREATE TABLE idempotency_answers (
    -- sha256 over owner, method, path and key.
    scope TEXT NOT NULL PRIMARY KEY,
    body_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    headers TEXT NOT NULL,
    body BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_answers_by_age ON idempotency_answers (created_at);
