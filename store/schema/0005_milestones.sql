-- Parts of an agreement that are delivered, accepted and paid one by one.

-- The plan of an agreement: there is a row from its first milestone on.
CREATE TABLE milestone_plans (
    agreement_id TEXT NOT NULL PRIMARY KEY REFERENCES agreements (id),
    -- Grows with every change of what is planned.
    version BIGINT NOT NULL CHECK (version >= 1),
    -- The version that each has confirmed.
    buyer_confirmed BIGINT CHECK (buyer_confirmed >= 1),
    seller_confirmed BIGINT CHECK (seller_confirmed >= 1),
    finalised_at BIGINT,
    -- Final is what both have confirmed, as it stands.
    CHECK (finalised_at IS NULL OR (COALESCE(buyer_confirmed, 0) = version AND COALESCE(seller_confirmed, 0) = version))
);

CREATE TABLE milestones (
    id TEXT NOT NULL PRIMARY KEY,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    position BIGINT NOT NULL CHECK (position >= 1),
    added_by TEXT NOT NULL CHECK (added_by IN ('buyer', 'seller')),
    title TEXT NOT NULL,
    description TEXT,
    -- A JSON array of texts.
    acceptance_criteria TEXT NOT NULL,
    -- The sum of those that are not cancelled is at most the agreement's amount: whoever adds or changes one has locked the agreement.
    amount TEXT NOT NULL CHECK (amount <> '0'),
    due_at BIGINT,
    -- Grows with every change.
    version BIGINT NOT NULL CHECK (version >= 1),
    status TEXT NOT NULL CHECK (status IN ('proposed', 'active', 'submitted', 'accepted', 'rejected', 'cancelled')),
    -- What the status is about: the delivery, the reason, who and when.
    status_submission_id TEXT,
    status_reason TEXT,
    status_by TEXT CHECK (status_by IN ('buyer', 'seller')),
    status_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (agreement_id, position),
    CHECK ((status IN ('submitted', 'accepted', 'rejected')) = (status_submission_id IS NOT NULL)),
    CHECK ((status = 'cancelled') = (status_by IS NOT NULL)),
    CHECK ((status = 'rejected') = (status_reason IS NOT NULL))
);

CREATE TABLE milestone_submissions (
    id TEXT NOT NULL PRIMARY KEY,
    milestone_id TEXT NOT NULL REFERENCES milestones (id),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    deliverable_url TEXT,
    notes TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (milestone_id, revision)
);

-- What a unit pays: this milestone, where it is one.
ALTER TABLE units ADD COLUMN milestone_id TEXT REFERENCES milestones (id) CHECK (milestone_id IS NULL OR instalment = 0);
