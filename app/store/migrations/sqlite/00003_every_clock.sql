-- +goose Up
-- The clocks beside the complaint: threads of events, the landlord's policies as the branch writes them, bank holidays announced late,
-- the letters of a case, calendar feeds and reminders.

ALTER TABLE landlords ADD COLUMN type TEXT NOT NULL DEFAULT 'unknown' CHECK (type IN ('association', 'council', 'unknown'));
UPDATE landlords SET type = 'association' WHERE slug IN ('clarion', 'harbour-and-vale');

ALTER TABLE events ADD COLUMN at_time TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN about INTEGER REFERENCES events (id);
ALTER TABLE events ADD COLUMN procedure TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN category TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN urgency TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN items TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN minutes INTEGER NOT NULL DEFAULT 0 CHECK (minutes >= 0);
ALTER TABLE events ADD COLUMN half_days INTEGER NOT NULL DEFAULT 0 CHECK (half_days >= 0);

ALTER TABLE cases ADD COLUMN landlord_due DATE;
ALTER TABLE cases ADD COLUMN landlord_duty TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN rules TEXT NOT NULL DEFAULT '';
UPDATE cases SET landlord_due = (SELECT min(k.due) FROM clock_rows k WHERE k.case_id = cases.id AND k.bound = 'landlord' AND k.met_on IS NULL);
-- What is overdue is the front page of a branch: one walk along this index.
CREATE INDEX cases_overdue ON cases (branch_id, landlord_due, id) WHERE status <> 'closed' AND landlord_due IS NOT NULL;
CREATE INDEX cases_silent ON cases (branch_id, silent_since, id) WHERE status <> 'closed' AND silent_since IS NOT NULL;

-- The cache of clocks is made anew, with what the new clocks need; what it held is kept until each case is computed again.
ALTER TABLE clock_rows RENAME TO clock_rows_before;
DROP INDEX clock_rows_open;
CREATE TABLE clock_rows (
    branch_id  INTEGER NOT NULL,
    case_id    INTEGER NOT NULL,
    duty       TEXT NOT NULL,
    regime     TEXT NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL DEFAULT 'duty',
    bound      TEXT NOT NULL CHECK (bound IN ('landlord', 'resident', 'branch')),
    opener     INTEGER NOT NULL DEFAULT 0,
    started_on DATE,
    due        DATE,
    due_at     TEXT NOT NULL DEFAULT '',
    met_on     DATE,
    days_late  INTEGER NOT NULL CHECK (days_late >= 0),
    stopped    BOOLEAN NOT NULL DEFAULT FALSE,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (case_id, seq),
    FOREIGN KEY (branch_id, case_id) REFERENCES cases (branch_id, id)
);
INSERT INTO clock_rows (branch_id, case_id, duty, regime, name, bound, started_on, due, met_on, days_late, seq)
    SELECT branch_id, case_id, duty, regime, name, bound, started_on, due, met_on, days_late, seq FROM clock_rows_before;
DROP TABLE clock_rows_before;
CREATE INDEX clock_rows_open ON clock_rows (branch_id, bound, due) WHERE met_on IS NULL AND due IS NOT NULL;
CREATE INDEX clock_rows_name ON clock_rows (branch_id, name, due) WHERE met_on IS NULL AND due IS NOT NULL;

-- A landlord's own policy as the secretary writes it: a version is only ever added, and takes the place of the one it names.
CREATE TABLE policies (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL REFERENCES branches (id),
    regime      TEXT NOT NULL CHECK (regime <> ''),
    content     TEXT NOT NULL CHECK (content <> ''),
    withdrawn   BOOLEAN NOT NULL DEFAULT FALSE,
    replaces    INTEGER UNIQUE REFERENCES policies (id),
    note        TEXT NOT NULL DEFAULT '',
    recorded_by INTEGER REFERENCES accounts (id),
    recorded_at TIMESTAMP NOT NULL
);
CREATE INDEX policies_branch ON policies (branch_id, id);

-- Bank holidays that were announced after this program was built; one for each calendar and day, for the whole installation.
CREATE TABLE holidays (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    calendar TEXT NOT NULL CHECK (calendar IN ('england-and-wales', 'scotland', 'northern-ireland')),
    on_date  DATE NOT NULL,
    title    TEXT NOT NULL CHECK (title <> ''),
    source   TEXT NOT NULL CHECK (source <> ''),
    added_by INTEGER REFERENCES accounts (id),
    added_at TIMESTAMP NOT NULL,
    UNIQUE (calendar, on_date)
);

-- A run over every case after the rules or the calendars changed, and what it moved.
CREATE TABLE recomputes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    reason      TEXT NOT NULL CHECK (reason <> ''),
    rules       TEXT NOT NULL,
    branch_id   INTEGER REFERENCES branches (id),
    after_case  INTEGER NOT NULL DEFAULT 0,
    total       INTEGER NOT NULL DEFAULT 0,
    done        INTEGER NOT NULL DEFAULT 0,
    moved       INTEGER NOT NULL DEFAULT 0,
    started_at  TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    error       TEXT NOT NULL DEFAULT ''
);
CREATE TABLE moved_clocks (
    recompute_id INTEGER NOT NULL REFERENCES recomputes (id),
    branch_id    INTEGER NOT NULL REFERENCES branches (id),
    case_id      INTEGER NOT NULL,
    duty         TEXT NOT NULL,
    opener       INTEGER NOT NULL DEFAULT 0,
    was_due      DATE,
    is_due       DATE,
    PRIMARY KEY (recompute_id, case_id, duty, opener),
    FOREIGN KEY (branch_id, case_id) REFERENCES cases (branch_id, id)
);

-- What the installation remembers of itself, such as the version of the rulebook that judged its cases.
CREATE TABLE house (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- A letter that belongs to one case. Once it was sent it stands.
CREATE TABLE case_letters (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL,
    case_id     INTEGER NOT NULL,
    ref         TEXT NOT NULL UNIQUE CHECK (ref <> ''),
    type        TEXT NOT NULL CHECK (type <> ''),
    own         BOOLEAN NOT NULL,
    about       INTEGER,
    procedure   TEXT NOT NULL DEFAULT '',
    category    TEXT NOT NULL DEFAULT '',
    urgency     TEXT NOT NULL DEFAULT '',
    until_date  DATE,
    recipient   TEXT NOT NULL DEFAULT '',
    subject     TEXT NOT NULL CHECK (subject <> ''),
    body        TEXT NOT NULL DEFAULT '',
    sign_off    TEXT NOT NULL DEFAULT '',
    dated_on    DATE NOT NULL,
    reply_by    DATE,
    state       TEXT NOT NULL CHECK (state IN ('draft', 'sent', 'dropped')),
    event_id    INTEGER,
    version     INTEGER NOT NULL CHECK (version >= 1),
    created_by  INTEGER REFERENCES accounts (id),
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL,
    UNIQUE (branch_id, id),
    FOREIGN KEY (branch_id, case_id) REFERENCES cases (branch_id, id),
    FOREIGN KEY (branch_id, case_id, event_id) REFERENCES events (branch_id, case_id, id),
    FOREIGN KEY (branch_id, case_id, about) REFERENCES events (branch_id, case_id, id)
);
CREATE INDEX case_letters_case ON case_letters (case_id, id);

-- A calendar feed: whoever has its address can read it, so it holds no names, and the address can be revoked.
CREATE TABLE feeds (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id    INTEGER NOT NULL REFERENCES branches (id),
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    scope        TEXT NOT NULL CHECK (scope IN ('person', 'branch')),
    token_hash   TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
    created_at   TIMESTAMP NOT NULL,
    revoked_at   TIMESTAMP,
    last_read_on DATE
);
CREATE INDEX feeds_account ON feeds (account_id, branch_id);

-- Whether somebody wants the morning's reminder of a branch; no row: yes, while they run cases there.
CREATE TABLE reminder_wishes (
    branch_id  INTEGER NOT NULL REFERENCES branches (id),
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    wanted     BOOLEAN NOT NULL,
    PRIMARY KEY (branch_id, account_id)
);

-- The reminders of each working morning: one for each person and branch, whatever restarts.
CREATE TABLE digests (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id  INTEGER NOT NULL REFERENCES branches (id),
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    on_date    DATE NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'uncertain', 'empty')),
    lines      INTEGER NOT NULL DEFAULT 0,
    tries      INTEGER NOT NULL DEFAULT 0,
    error      TEXT NOT NULL DEFAULT '',
    queued_at  TIMESTAMP NOT NULL,
    tried_at   TIMESTAMP,
    sent_at    TIMESTAMP,
    UNIQUE (account_id, branch_id, on_date)
);
CREATE INDEX digests_branch ON digests (branch_id, on_date, id);

-- +goose StatementBegin
CREATE TRIGGER policies_no_update BEFORE UPDATE ON policies
BEGIN
    SELECT RAISE(ABORT, 'rows of policies are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER policies_no_delete BEFORE DELETE ON policies
BEGIN
    SELECT RAISE(ABORT, 'rows of policies are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_letters_sent_no_update BEFORE UPDATE ON case_letters WHEN OLD.state = 'sent'
BEGIN
    SELECT RAISE(ABORT, 'a letter that was sent does not change');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_letters_sent_no_delete BEFORE DELETE ON case_letters WHEN OLD.state = 'sent'
BEGIN
    SELECT RAISE(ABORT, 'a letter that was sent does not change');
END;
-- +goose StatementEnd
