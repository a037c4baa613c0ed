-- Who did what: a chain of hashes, so that an entry that was changed, taken out or put in shows. Its end is in `log_ends`.

CREATE TABLE audit_log (
    -- Without gaps, in the order of commits.
    sequence BIGINT NOT NULL PRIMARY KEY CHECK (sequence >= 1),
    at BIGINT NOT NULL,
    author TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- Canonical JSON (RFC 8785).
    details TEXT NOT NULL,
    -- sha256 of the hash before and the canonical JSON of the entry.
    hash TEXT NOT NULL
);
CREATE INDEX audit_log_by_subject ON audit_log (subject, sequence);
CREATE INDEX audit_log_by_action ON audit_log (action, sequence);
