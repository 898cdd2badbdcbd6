-- +goose Up
-- One link to choose a new password for each account: a newer one takes the place of the older. Only the hash of what stands in the
-- link is kept, and when it was used, so that it works once.
CREATE TABLE password_resets (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL CHECK (expires_at > created_at),
    used_at    TIMESTAMP
);
