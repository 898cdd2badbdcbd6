-- +goose Up
-- Branches, the people in them, their cases. Every table that belongs to a branch carries branch_id, and points to its parent by
-- (branch_id, id), so that not even a wrong query can hang one branch's row on another's case.

CREATE TABLE landlords (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    slug        TEXT NOT NULL UNIQUE CHECK (slug <> ''),
    name        TEXT NOT NULL CHECK (name <> ''),
    address     TEXT NOT NULL DEFAULT '',
    homes       INTEGER NOT NULL DEFAULT 0 CHECK (homes >= 0),
    homes_as_of TEXT NOT NULL DEFAULT '',
    calendar    TEXT NOT NULL CHECK (calendar IN ('england-and-wales', 'scotland', 'northern-ireland', 'uk-any')),
    invented    BOOLEAN NOT NULL
);

CREATE TABLE findings (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    landlord_id INTEGER NOT NULL REFERENCES landlords (id),
    reference   TEXT NOT NULL DEFAULT '',
    published   TEXT NOT NULL CHECK (published <> ''),
    grade       TEXT NOT NULL CHECK (grade IN ('severe maladministration', 'maladministration', 'service failure',
                'reasonable redress', 'no maladministration', 'outside jurisdiction', 'resolved with intervention', 'withdrawn',
                'special report')),
    subject     TEXT NOT NULL CHECK (subject <> ''),
    source      TEXT NOT NULL CHECK (source <> ''),
    UNIQUE (landlord_id, published, subject)
);

CREATE TABLE branches (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    slug        TEXT NOT NULL UNIQUE CHECK (slug <> ''),
    name        TEXT NOT NULL CHECK (name <> ''),
    landlord_id INTEGER NOT NULL REFERENCES landlords (id),
    prefix      TEXT NOT NULL UNIQUE CHECK (length(prefix) BETWEEN 2 AND 5),
    address     TEXT NOT NULL DEFAULT '',
    email       TEXT NOT NULL DEFAULT '',
    threshold   INTEGER NOT NULL CHECK (threshold >= 1),
    demo        BOOLEAN NOT NULL
);

CREATE TABLE accounts (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT NOT NULL UNIQUE CHECK (email = lower(email) AND email <> ''),
    name          TEXT NOT NULL CHECK (name <> ''),
    password_hash TEXT NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    disabled_at   TIMESTAMP
);

CREATE TABLE roles (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    branch_id  INTEGER NOT NULL REFERENCES branches (id),
    role       TEXT NOT NULL CHECK (role IN ('member', 'helper', 'caseworker', 'organiser', 'secretary', 'guardian', 'operator')),
    PRIMARY KEY (account_id, branch_id, role)
);

CREATE TABLE sessions (
    token_hash   TEXT PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    branch_id    INTEGER NOT NULL REFERENCES branches (id),
    created_at   TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at   TIMESTAMP NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE serials (
    branch_id INTEGER NOT NULL REFERENCES branches (id),
    kind      TEXT NOT NULL,
    year      INTEGER NOT NULL,
    last      INTEGER NOT NULL,
    PRIMARY KEY (branch_id, kind, year)
);

CREATE TABLE members (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id      INTEGER NOT NULL REFERENCES branches (id),
    account_id     INTEGER REFERENCES accounts (id),
    name           TEXT NOT NULL CHECK (name <> ''),
    email          TEXT NOT NULL DEFAULT '',
    phone          TEXT NOT NULL DEFAULT '',
    address        TEXT NOT NULL DEFAULT '',
    postcode       TEXT NOT NULL DEFAULT '',
    area           TEXT NOT NULL DEFAULT '',
    household      TEXT NOT NULL CHECK (household <> ''),
    tenure         TEXT NOT NULL CHECK (tenure IN ('assured', 'secure', 'starter', 'fixed_term', 'shared_ownership', 'leaseholder',
                   'licence', 'former_resident', 'unknown')),
    contact_safety TEXT NOT NULL DEFAULT '',
    created_at     TIMESTAMP NOT NULL,
    UNIQUE (branch_id, id)
);
CREATE INDEX members_account ON members (account_id);

CREATE TABLE cases (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id      INTEGER NOT NULL REFERENCES branches (id),
    member_id      INTEGER NOT NULL,
    ref            TEXT NOT NULL UNIQUE CHECK (ref <> ''),
    theme          TEXT NOT NULL CHECK (theme <> ''),
    title          TEXT NOT NULL CHECK (title <> ''),
    summary        TEXT NOT NULL DEFAULT '',
    wanted         TEXT NOT NULL DEFAULT '',
    still_unhappy  TEXT NOT NULL DEFAULT '',
    late_reason    TEXT NOT NULL DEFAULT '',
    landlord_ref   TEXT NOT NULL DEFAULT '',
    ombudsman_ref  TEXT NOT NULL DEFAULT '',
    court_action   BOOLEAN NOT NULL,
    needs          TEXT NOT NULL DEFAULT '',
    assigned_to    INTEGER REFERENCES accounts (id),
    status         TEXT NOT NULL,
    status_on      DATE,
    status_until   DATE,
    flag_hazard    BOOLEAN NOT NULL,
    flag_solicitor BOOLEAN NOT NULL,
    flag_adverse   BOOLEAN NOT NULL,
    silent_since   DATE,
    opened_on      DATE NOT NULL,
    closed_reason  TEXT NOT NULL DEFAULT '',
    search_text    TEXT NOT NULL DEFAULT '',
    version        INTEGER NOT NULL CHECK (version >= 1),
    created_at     TIMESTAMP NOT NULL,
    updated_at     TIMESTAMP NOT NULL,
    UNIQUE (branch_id, id),
    FOREIGN KEY (branch_id, member_id) REFERENCES members (branch_id, id)
);
CREATE INDEX cases_list ON cases (branch_id, opened_on DESC, id DESC);
CREATE INDEX cases_status ON cases (branch_id, status);
CREATE INDEX cases_assigned ON cases (branch_id, assigned_to);
CREATE INDEX cases_member ON cases (branch_id, member_id);

CREATE TABLE events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL,
    case_id     INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind <> ''),
    on_date     DATE NOT NULL,
    until_date  DATE,
    note        TEXT NOT NULL DEFAULT '',
    reference   TEXT NOT NULL DEFAULT '',
    channel     TEXT NOT NULL DEFAULT '',
    answered    BOOLEAN NOT NULL,
    finding     TEXT NOT NULL DEFAULT '',
    reason      TEXT NOT NULL DEFAULT '',
    replaces    INTEGER,
    recorded_by INTEGER REFERENCES accounts (id),
    recorded_at TIMESTAMP NOT NULL,
    UNIQUE (branch_id, case_id, id),
    UNIQUE (replaces),
    FOREIGN KEY (branch_id, case_id) REFERENCES cases (branch_id, id),
    FOREIGN KEY (branch_id, case_id, replaces) REFERENCES events (branch_id, case_id, id)
);
CREATE INDEX events_case ON events (case_id, on_date, id);
CREATE INDEX events_kind ON events (branch_id, kind, on_date);

-- A cache of what the events and the rulebook say, replaced whole in the transaction that adds an event.
CREATE TABLE clock_rows (
    branch_id  INTEGER NOT NULL,
    case_id    INTEGER NOT NULL,
    duty       TEXT NOT NULL,
    regime     TEXT NOT NULL,
    name       TEXT NOT NULL,
    bound      TEXT NOT NULL CHECK (bound IN ('landlord', 'resident')),
    started_on DATE,
    due        DATE,
    met_on     DATE,
    days_late  INTEGER NOT NULL CHECK (days_late >= 0),
    seq        INTEGER NOT NULL,
    PRIMARY KEY (case_id, seq),
    FOREIGN KEY (branch_id, case_id) REFERENCES cases (branch_id, id)
);
CREATE INDEX clock_rows_open ON clock_rows (branch_id, due) WHERE met_on IS NULL AND due IS NOT NULL;

CREATE TABLE attachments (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL,
    case_id     INTEGER NOT NULL,
    event_id    INTEGER,
    hash        TEXT NOT NULL CHECK (length(hash) = 64),
    copy        TEXT NOT NULL CHECK (length(copy) = 64),
    name        TEXT NOT NULL,
    media_type  TEXT NOT NULL CHECK (media_type <> ''),
    size        INTEGER NOT NULL CHECK (size > 0),
    pages       INTEGER NOT NULL CHECK (pages > 0),
    title       TEXT NOT NULL CHECK (title <> ''),
    uploaded_by INTEGER REFERENCES accounts (id),
    uploaded_at TIMESTAMP NOT NULL,
    UNIQUE (branch_id, id),
    FOREIGN KEY (branch_id, case_id) REFERENCES cases (branch_id, id),
    FOREIGN KEY (branch_id, case_id, event_id) REFERENCES events (branch_id, case_id, id)
);
CREATE INDEX attachments_case ON attachments (case_id, event_id);

CREATE TABLE incidents (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id  INTEGER NOT NULL REFERENCES branches (id),
    slug       TEXT NOT NULL CHECK (slug <> ''),
    title      TEXT NOT NULL CHECK (title <> ''),
    started_on DATE NOT NULL,
    ended_on   DATE,
    end_note   TEXT NOT NULL DEFAULT '',
    homes      INTEGER NOT NULL DEFAULT 0,
    residents  INTEGER NOT NULL DEFAULT 0,
    summary    TEXT NOT NULL DEFAULT '',
    source     TEXT NOT NULL CHECK (source <> ''),
    UNIQUE (branch_id, id),
    UNIQUE (branch_id, slug)
);

CREATE TABLE statements (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL,
    incident_id INTEGER NOT NULL,
    on_date     DATE NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('landlord_statement', 'campaign', 'press_report', 'marker')),
    channel     TEXT NOT NULL DEFAULT '',
    claim       TEXT NOT NULL CHECK (claim <> ''),
    source      TEXT NOT NULL CHECK (source <> ''),
    note        TEXT NOT NULL DEFAULT '',
    UNIQUE (branch_id, incident_id, id),
    FOREIGN KEY (branch_id, incident_id) REFERENCES incidents (branch_id, id)
);

CREATE TABLE impact_reports (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id    INTEGER NOT NULL,
    incident_id  INTEGER NOT NULL,
    on_date      DATE NOT NULL,
    since_date   DATE,
    area         TEXT NOT NULL DEFAULT '',
    theme        TEXT NOT NULL CHECK (theme <> ''),
    impact       TEXT NOT NULL CHECK (impact <> ''),
    before_month INTEGER,
    since_count  INTEGER,
    quote        TEXT NOT NULL CHECK (quote IN ('none', 'anonymous', 'first_name', 'full_name')),
    contradicts  INTEGER,
    UNIQUE (branch_id, id),
    FOREIGN KEY (branch_id, incident_id) REFERENCES incidents (branch_id, id),
    FOREIGN KEY (branch_id, incident_id, contradicts) REFERENCES statements (branch_id, incident_id, id)
);

CREATE TABLE demands (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id      INTEGER NOT NULL REFERENCES branches (id),
    number         INTEGER NOT NULL CHECK (number > 0),
    point          INTEGER NOT NULL CHECK (point > 0),
    point_title    TEXT NOT NULL CHECK (point_title <> ''),
    text           TEXT NOT NULL CHECK (text <> ''),
    measure        TEXT NOT NULL DEFAULT '',
    outcome        TEXT NOT NULL CHECK (outcome IN ('no_answer', 'refused', 'partly', 'promised', 'done', 'reversed')),
    outcome_on     DATE,
    outcome_note   TEXT NOT NULL DEFAULT '',
    outcome_source TEXT NOT NULL DEFAULT '',
    version        INTEGER NOT NULL CHECK (version >= 1),
    UNIQUE (branch_id, number),
    CHECK (outcome = 'no_answer' OR (outcome_on IS NOT NULL AND outcome_source <> ''))
);

CREATE TABLE recipients (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id    INTEGER NOT NULL REFERENCES branches (id),
    role         TEXT NOT NULL CHECK (role IN ('chief_executive', 'minister', 'mp', 'regulator', 'press')),
    name         TEXT NOT NULL DEFAULT '',
    office       TEXT NOT NULL CHECK (office <> ''),
    organisation TEXT NOT NULL DEFAULT '',
    address      TEXT NOT NULL DEFAULT '',
    constituency TEXT NOT NULL DEFAULT '',
    UNIQUE (branch_id, id)
);

CREATE TABLE snapshots (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id INTEGER NOT NULL REFERENCES branches (id),
    hash      TEXT NOT NULL CHECK (length(hash) = 64),
    content   TEXT NOT NULL CHECK (content <> ''),
    taken_at  TIMESTAMP NOT NULL,
    taken_by  INTEGER REFERENCES accounts (id),
    UNIQUE (branch_id, id),
    UNIQUE (branch_id, hash)
);

CREATE TABLE letters (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id    INTEGER NOT NULL REFERENCES branches (id),
    ref          TEXT NOT NULL UNIQUE CHECK (ref <> ''),
    type         TEXT NOT NULL CHECK (type <> ''),
    title        TEXT NOT NULL CHECK (title <> ''),
    recipient_id INTEGER NOT NULL,
    body         TEXT NOT NULL DEFAULT '',
    sign_off     TEXT NOT NULL DEFAULT '',
    mandate      TEXT NOT NULL DEFAULT '',
    period_from  DATE,
    period_to    DATE,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'final', 'record')),
    dated_on     DATE,
    frozen       TEXT NOT NULL DEFAULT '',
    snapshot_id  INTEGER,
    hash         TEXT NOT NULL DEFAULT '',
    reply_due    DATE,
    version      INTEGER NOT NULL CHECK (version >= 1),
    created_at   TIMESTAMP NOT NULL,
    finalised_at TIMESTAMP,
    UNIQUE (branch_id, id),
    FOREIGN KEY (branch_id, recipient_id) REFERENCES recipients (branch_id, id),
    FOREIGN KEY (branch_id, snapshot_id) REFERENCES snapshots (branch_id, id),
    CHECK (state <> 'final' OR (frozen <> '' AND length(hash) = 64 AND dated_on IS NOT NULL AND finalised_at IS NOT NULL))
);
CREATE INDEX letters_list ON letters (branch_id, id DESC);

CREATE TABLE letter_events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL,
    letter_id   INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('sent', 'acknowledged', 'holding_reply', 'answered', 'refused', 'chased')),
    on_date     DATE NOT NULL,
    note        TEXT NOT NULL DEFAULT '',
    source      TEXT NOT NULL DEFAULT '',
    recorded_by INTEGER REFERENCES accounts (id),
    recorded_at TIMESTAMP NOT NULL,
    FOREIGN KEY (branch_id, letter_id) REFERENCES letters (branch_id, id)
);
CREATE INDEX letter_events_letter ON letter_events (letter_id, on_date, id);

CREATE TABLE audit_entries (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id  INTEGER NOT NULL REFERENCES branches (id),
    account_id INTEGER REFERENCES accounts (id),
    at         TIMESTAMP NOT NULL,
    action     TEXT NOT NULL CHECK (action <> ''),
    subject    TEXT NOT NULL DEFAULT '',
    detail     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audit_entries_list ON audit_entries (branch_id, id DESC);

-- What happened, what was done and what was proved is only ever added: a mistake is mended by a new row that names the old one.
-- +goose StatementBegin
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'rows of events are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'rows of events are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER letter_events_no_update BEFORE UPDATE ON letter_events
BEGIN
    SELECT RAISE(ABORT, 'rows of letter_events are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER letter_events_no_delete BEFORE DELETE ON letter_events
BEGIN
    SELECT RAISE(ABORT, 'rows of letter_events are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER snapshots_no_update BEFORE UPDATE ON snapshots
BEGIN
    SELECT RAISE(ABORT, 'rows of snapshots are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER snapshots_no_delete BEFORE DELETE ON snapshots
BEGIN
    SELECT RAISE(ABORT, 'rows of snapshots are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'rows of audit_entries are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'rows of audit_entries are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER letters_final_no_update BEFORE UPDATE ON letters WHEN OLD.state = 'final'
BEGIN
    SELECT RAISE(ABORT, 'a final letter does not change');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER letters_final_no_delete BEFORE DELETE ON letters WHEN OLD.state = 'final'
BEGIN
    SELECT RAISE(ABORT, 'a final letter does not change');
END;
-- +goose StatementEnd
