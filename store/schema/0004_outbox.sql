-- What is told, and what was answered: written in the transaction that causes it.

-- The ends of both logs, the outbox and the audit log: one row, which whoever commits takes last and holds until the commit.
CREATE TABLE log_ends (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    outbox_sequence BIGINT NOT NULL,
    audit_sequence BIGINT NOT NULL,
    -- Of the entry with that number: what the next is linked to, and what shows that entries were cut off.
    audit_hash TEXT NOT NULL
);
INSERT INTO log_ends (id, outbox_sequence, audit_sequence, audit_hash)
VALUES (1, 0, 0, '0x0000000000000000000000000000000000000000000000000000000000000000');

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

-- Where events are delivered to. A row stays when its endpoint is deleted, without its secrets.
CREATE TABLE webhook_endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    profile_id TEXT NOT NULL REFERENCES profiles (id),
    -- Whose events: a profile, or `operators`.
    reader TEXT NOT NULL,
    url TEXT NOT NULL,
    description TEXT,
    -- Types, separated by spaces; all when empty.
    kinds TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('enabled', 'paused', 'gone', 'deleted')),
    -- Sealed under a key of the instance.
    secret BYTEA NOT NULL,
    previous_secret BYTEA,
    previous_until BIGINT,
    -- It gets the lines after this one.
    from_sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
);
CREATE INDEX webhook_endpoints_by_profile ON webhook_endpoints (profile_id, created_at, id);
CREATE INDEX webhook_endpoints_by_reader ON webhook_endpoints (reader) WHERE status = 'enabled';
CREATE INDEX webhook_endpoints_enabled ON webhook_endpoints (id) WHERE status = 'enabled';

-- How far the log was handed out to endpoints.
CREATE TABLE webhook_cursor (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence BIGINT NOT NULL
);
INSERT INTO webhook_cursor (id, sequence) VALUES (1, 0);

CREATE TABLE webhook_deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id),
    sequence BIGINT NOT NULL REFERENCES outbox (sequence),
    -- Both repeat the line.
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed', 'dropped')),
    redelivery BIGINT NOT NULL CHECK (redelivery IN (0, 1)),
    attempts BIGINT NOT NULL,
    -- When it is tried next. Whoever tries it puts this off first: that is the claim, and its end.
    due_at BIGINT NOT NULL,
    -- The last attempt.
    attempted_at BIGINT,
    duration_ms BIGINT,
    answer_status BIGINT,
    failure TEXT,
    failure_detail TEXT,
    created_at BIGINT NOT NULL
);
-- An event waits for an endpoint once.
CREATE UNIQUE INDEX webhook_deliveries_pending ON webhook_deliveries (endpoint_id, sequence) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at, sequence) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, created_at, id);

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
