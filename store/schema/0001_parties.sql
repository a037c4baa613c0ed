-- Parties, what they prove themselves with, and where they take money.
-- One dialect for SQLite and Postgres: times are BIGINT unix milliseconds, amounts decimal TEXT, hashes and addresses lower-case hex TEXT, flags BIGINT 0 or 1.

CREATE TABLE profiles (
    id TEXT NOT NULL PRIMARY KEY,
    handle TEXT UNIQUE,
    display_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- Since when nobody acts as it: its tokens do not work, and its wallets do not sign in.
    disabled_at BIGINT
);
CREATE INDEX profiles_by_age ON profiles (created_at, id);

-- A wallet speaks for one profile only, and only after it was proved (SIWE) or its signature was checked. A contract's address on another chain may be somebody
-- else's contract, so a contract wallet is an address on a chain.
CREATE TABLE wallets (
    address TEXT NOT NULL,
    -- How it was proved: `key`, or the chain whose contract accepted the signature (CAIP-2).
    proof TEXT NOT NULL CHECK (proof = 'key' OR proof LIKE 'eip155:%'),
    profile_id TEXT NOT NULL REFERENCES profiles (id),
    proved_at BIGINT NOT NULL,
    -- Since when it speaks for nobody. The row stays: what it did is the profile's.
    retired_at BIGINT,
    PRIMARY KEY (address, proof)
);
CREATE INDEX wallets_by_profile ON wallets (profile_id);

-- The secret is never stored: `hash` is its HMAC under the instance's token key.
CREATE TABLE api_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    profile_id TEXT NOT NULL REFERENCES profiles (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    -- From when on it does not work: ahead of us while a token that was rotated waits for the first use of the new one.
    revoked_at BIGINT,
    -- The token that replaces it.
    replaced_by TEXT
);
CREATE INDEX api_tokens_by_successor ON api_tokens (replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX api_tokens_by_profile ON api_tokens (profile_id, created_at, id);
CREATE INDEX api_tokens_by_age ON api_tokens (created_at, id);

CREATE TABLE sign_in_nonces (
    nonce TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_nonces_by_expiry ON sign_in_nonces (expires_at);

CREATE TABLE payout_methods (
    id TEXT NOT NULL PRIMARY KEY,
    profile_id TEXT NOT NULL REFERENCES profiles (id),
    asset TEXT NOT NULL,
    symbol TEXT NOT NULL,
    network TEXT NOT NULL,
    address TEXT NOT NULL,
    memo TEXT,
    label TEXT,
    is_active BIGINT NOT NULL CHECK (is_active IN (0, 1)),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (profile_id, asset, address)
);

-- The token registry: read from the chain when an asset is registered, pinned in every snapshot. Never deleted.
CREATE TABLE tokens (
    asset TEXT NOT NULL PRIMARY KEY,
    chain_id BIGINT NOT NULL,
    symbol TEXT NOT NULL,
    decimals BIGINT NOT NULL CHECK (decimals BETWEEN 0 AND 255),
    eip2612 BIGINT NOT NULL CHECK (eip2612 IN (0, 1)),
    eip3009 BIGINT NOT NULL CHECK (eip3009 IN (0, 1)),
    permit2 BIGINT NOT NULL CHECK (permit2 IN (0, 1)),
    allowed BIGINT NOT NULL CHECK (allowed IN (0, 1)),
    registered_at BIGINT NOT NULL
);
CREATE INDEX tokens_by_chain ON tokens (chain_id);
