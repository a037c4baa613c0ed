-- What the parties of an agreement settle between them: disputes, payments that came unexpectedly, and where the seller is paid from now on.

CREATE TABLE disputes (
    id TEXT NOT NULL PRIMARY KEY,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    opened_by TEXT NOT NULL CHECK (opened_by IN ('buyer', 'seller')),
    reason TEXT NOT NULL,
    evidence_url TEXT,
    notes TEXT,
    -- What the other side says, once.
    answer TEXT,
    answer_evidence_url TEXT,
    answered_at BIGINT,
    -- What the evaluator of the terms would do.
    recommended_by TEXT REFERENCES profiles (id),
    recommended_outcome TEXT CHECK (recommended_outcome IN ('no_refund', 'refund')),
    recommended_refund TEXT,
    recommended_note TEXT,
    recommended_at BIGINT,
    status TEXT NOT NULL CHECK (status IN ('open', 'proposed', 'resolved', 'withdrawn')),
    -- How it is to end, or has ended, and who said so first.
    proposed_by TEXT CHECK (proposed_by IN ('buyer', 'seller')),
    outcome TEXT CHECK (outcome IN ('no_refund', 'refund')),
    refund_amount TEXT CHECK (refund_amount <> '0'),
    outcome_note TEXT,
    proposed_at BIGINT,
    -- What the side that agreed said to it.
    agreed_note TEXT,
    ended_at BIGINT,
    version BIGINT NOT NULL CHECK (version >= 1),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CHECK ((recommended_by IS NULL) = (recommended_outcome IS NULL)),
    CHECK ((recommended_by IS NULL) = (recommended_at IS NULL)),
    CHECK ((status IN ('proposed', 'resolved')) = (proposed_by IS NOT NULL AND outcome IS NOT NULL AND proposed_at IS NOT NULL)),
    CHECK ((status IN ('resolved', 'withdrawn')) = (ended_at IS NOT NULL)),
    CHECK (agreed_note IS NULL OR status = 'resolved')
);
-- One at a time.
CREATE UNIQUE INDEX disputes_open ON disputes (agreement_id) WHERE status IN ('open', 'proposed');
CREATE INDEX disputes_by_agreement ON disputes (agreement_id, created_at, id);

-- That a party knows of a payment that came after its request was cancelled or had failed, or after the agreement was called off.
CREATE TABLE payment_acknowledgements (
    payment_request_id TEXT NOT NULL PRIMARY KEY REFERENCES payment_requests (id),
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    by_side TEXT NOT NULL CHECK (by_side IN ('buyer', 'seller')),
    at BIGINT NOT NULL
);
CREATE INDEX payment_acknowledgements_by_agreement ON payment_acknowledgements (agreement_id);

-- Where the seller is paid, once an agreement exists and its terms can no longer say so.
CREATE TABLE payout_changes (
    id TEXT NOT NULL PRIMARY KEY,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    -- From 1 in the agreement; it is signed, so that no signature serves twice.
    number BIGINT NOT NULL CHECK (number >= 1),
    previous_payee TEXT NOT NULL,
    payee TEXT NOT NULL,
    note TEXT,
    -- EIP-712, by the seller's wallet and by the buyer's: both are there where the agreement was signed, none has to be where it was attested.
    seller_signature TEXT,
    buyer_signature TEXT,
    status TEXT NOT NULL CHECK (status IN ('requested', 'confirmed', 'superseded', 'declined', 'cancelled')),
    confirmed_at BIGINT,
    ended_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (agreement_id, number),
    CHECK ((status IN ('confirmed', 'superseded')) = (confirmed_at IS NOT NULL)),
    CHECK ((status IN ('superseded', 'declined', 'cancelled')) = (ended_at IS NOT NULL))
);
-- One waits for the buyer, and one is in force.
CREATE UNIQUE INDEX payout_changes_requested ON payout_changes (agreement_id) WHERE status = 'requested';
CREATE UNIQUE INDEX payout_changes_confirmed ON payout_changes (agreement_id) WHERE status = 'confirmed';
