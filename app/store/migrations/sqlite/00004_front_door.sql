-- +goose Up
-- The members' front door: stories told without an account, what may be done with them, the way back to them, and their files.

ALTER TABLE branches ADD COLUMN intake_open BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE branches ADD COLUMN intake_words TEXT NOT NULL DEFAULT '';
ALTER TABLE branches ADD COLUMN consent_months INTEGER NOT NULL DEFAULT 12 CHECK (consent_months BETWEEN 0 AND 60);

-- What a resident said by themselves on their own page, and not a caseworker.
ALTER TABLE events ADD COLUMN by_member BOOLEAN NOT NULL DEFAULT FALSE;

-- The resident does not want to be counted: a cache of their consent, so that figures leave them out in the query.
ALTER TABLE cases ADD COLUMN uncounted BOOLEAN NOT NULL DEFAULT FALSE;

-- A story. While it is a draft its answers are sealed under a key that only the teller holds; content is empty until they send it.
CREATE TABLE stories (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL REFERENCES branches (id),
    ref         TEXT NOT NULL DEFAULT '',
    state       TEXT NOT NULL CHECK (state IN ('draft', 'held', 'new', 'case', 'joined', 'incident', 'refused', 'erased')),
    how         TEXT NOT NULL CHECK (how IN ('self', 'helper', 'paper', 'office')),
    lang        TEXT NOT NULL CHECK (lang <> ''),
    sealed      BLOB NOT NULL,
    content     TEXT NOT NULL DEFAULT '',
    anonymous   BOOLEAN NOT NULL DEFAULT FALSE,
    theme       TEXT NOT NULL DEFAULT '',
    area        TEXT NOT NULL DEFAULT '',
    postcode    TEXT NOT NULL DEFAULT '',
    home        TEXT NOT NULL DEFAULT '',
    since_date  DATE,
    held_reason TEXT NOT NULL DEFAULT '',
    reason      TEXT NOT NULL DEFAULT '',
    taken_by    INTEGER REFERENCES accounts (id),
    handed_over BOOLEAN NOT NULL DEFAULT FALSE,
    case_id     INTEGER,
    incident_id INTEGER,
    unread      BOOLEAN NOT NULL DEFAULT FALSE,
    version     INTEGER NOT NULL CHECK (version >= 1),
    started_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL,
    expires_at  TIMESTAMP,
    sent_at     TIMESTAMP,
    UNIQUE (branch_id, id),
    FOREIGN KEY (branch_id, case_id) REFERENCES cases (branch_id, id),
    FOREIGN KEY (branch_id, incident_id) REFERENCES incidents (branch_id, id),
    CHECK (state <> 'draft' OR (content = '' AND ref = '' AND expires_at IS NOT NULL)),
    CHECK (state NOT IN ('case', 'joined') OR case_id IS NOT NULL),
    CHECK (state <> 'incident' OR incident_id IS NOT NULL)
);
CREATE UNIQUE INDEX stories_ref ON stories (ref) WHERE ref <> '';
CREATE INDEX stories_inbox ON stories (branch_id, state, sent_at);
CREATE INDEX stories_case ON stories (branch_id, case_id) WHERE case_id IS NOT NULL;
CREATE INDEX stories_expiry ON stories (expires_at) WHERE state = 'draft';
CREATE INDEX stories_taken ON stories (branch_id, taken_by) WHERE taken_by IS NOT NULL;
CREATE INDEX stories_unread ON stories (branch_id, sent_at) WHERE unread;
-- "Same as mine": each likeness is looked up by an index of its own.
CREATE INDEX stories_home ON stories (branch_id, home, id) WHERE home <> '';
CREATE INDEX stories_area ON stories (branch_id, lower(area), id) WHERE area <> '';
CREATE INDEX stories_theme ON stories (branch_id, theme, id) WHERE theme <> '';
CREATE INDEX members_household ON members (branch_id, household) WHERE household <> '';
CREATE INDEX members_area ON members (branch_id, lower(area)) WHERE area <> '';
CREATE INDEX cases_theme ON cases (branch_id, theme, opened_on);

-- The ways back to a story: the code, a link by e-mail, a browser. Each holds the story's key under a key of its own, which is not kept.
CREATE TABLE story_keys (
    id           TEXT PRIMARY KEY CHECK (length(id) = 64),
    branch_id    INTEGER NOT NULL,
    story_id     INTEGER NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('browser', 'code', 'link')),
    wrapped      BLOB NOT NULL,
    account_id   INTEGER REFERENCES accounts (id),
    created_at   TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at   TIMESTAMP,
    FOREIGN KEY (branch_id, story_id) REFERENCES stories (branch_id, id) ON DELETE CASCADE
);
CREATE INDEX story_keys_story ON story_keys (story_id, kind);
CREATE INDEX story_keys_expiry ON story_keys (expires_at) WHERE expires_at IS NOT NULL;

-- A file of a story. Until the story is sent its bytes lie sealed in pieces; then the original lies under its hash, and a job makes the copy
-- that may be shared. On a case it is an attachment too.
CREATE TABLE story_files (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id     INTEGER NOT NULL,
    story_id      INTEGER NOT NULL,
    purpose       TEXT NOT NULL CHECK (purpose IN ('evidence', 'authority')),
    state         TEXT NOT NULL CHECK (state IN ('arriving', 'sealed', 'pending', 'ready', 'failed')),
    pieces        TEXT NOT NULL DEFAULT '',
    sealed        BLOB,
    size          INTEGER NOT NULL DEFAULT 0 CHECK (size >= 0),
    arrived       INTEGER NOT NULL DEFAULT 0 CHECK (arrived >= 0),
    media_type    TEXT NOT NULL DEFAULT '',
    name          TEXT NOT NULL DEFAULT '',
    title         TEXT NOT NULL DEFAULT '',
    hash          TEXT NOT NULL DEFAULT '',
    copy          TEXT NOT NULL DEFAULT '',
    pages         INTEGER NOT NULL DEFAULT 0,
    error         TEXT NOT NULL DEFAULT '',
    attachment_id INTEGER,
    uploaded_at   TIMESTAMP NOT NULL,
    UNIQUE (branch_id, id),
    FOREIGN KEY (branch_id, story_id) REFERENCES stories (branch_id, id) ON DELETE CASCADE,
    FOREIGN KEY (branch_id, attachment_id) REFERENCES attachments (branch_id, id),
    CHECK (state NOT IN ('pending', 'ready', 'failed') OR length(hash) = 64),
    CHECK (state <> 'ready' OR (length(copy) = 64 AND pages > 0)),
    CHECK (state NOT IN ('arriving', 'sealed') OR (name = '' AND title = ''))
);
CREATE INDEX story_files_story ON story_files (story_id, id);
CREATE INDEX story_files_pending ON story_files (state, id) WHERE state = 'pending';
CREATE INDEX story_files_pieces ON story_files (arrived) WHERE pieces <> '';

-- What the branch asks and the teller answers, through the code.
CREATE TABLE story_messages (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL,
    story_id    INTEGER NOT NULL,
    sender      TEXT NOT NULL CHECK (sender IN ('branch', 'teller')),
    body        TEXT NOT NULL CHECK (body <> ''),
    lang        TEXT NOT NULL DEFAULT '',
    recorded_by INTEGER REFERENCES accounts (id),
    recorded_at TIMESTAMP NOT NULL,
    read_at     TIMESTAMP,
    FOREIGN KEY (branch_id, story_id) REFERENCES stories (branch_id, id) ON DELETE CASCADE
);
CREATE INDEX story_messages_story ON story_messages (story_id, id);

-- A translation of what was told, and who made it. The newest of a language stands; the story itself stays as it was written.
CREATE TABLE story_translations (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL,
    story_id    INTEGER NOT NULL,
    lang        TEXT NOT NULL CHECK (lang <> ''),
    body        TEXT NOT NULL CHECK (body <> ''),
    made_by     TEXT NOT NULL CHECK (made_by <> ''),
    recorded_by INTEGER REFERENCES accounts (id),
    recorded_at TIMESTAMP NOT NULL,
    FOREIGN KEY (branch_id, story_id) REFERENCES stories (branch_id, id) ON DELETE CASCADE
);
CREATE INDEX story_translations_story ON story_translations (story_id, id);

-- What became of a story in the inbox: each step with what it needs to be undone. Rows are only ever added.
CREATE TABLE story_moves (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL,
    story_id    INTEGER NOT NULL,
    was         TEXT NOT NULL,
    became      TEXT NOT NULL,
    case_id     INTEGER,
    incident_id INTEGER,
    report_id   INTEGER,
    reason      TEXT NOT NULL DEFAULT '',
    undoes      INTEGER UNIQUE REFERENCES story_moves (id),
    recorded_by INTEGER REFERENCES accounts (id),
    recorded_at TIMESTAMP NOT NULL,
    FOREIGN KEY (branch_id, story_id) REFERENCES stories (branch_id, id)
);
CREATE INDEX story_moves_story ON story_moves (story_id, id);

-- What a resident agreed to, use by use, in the words that they were shown. The newest row of a use stands; rows are only ever added.
CREATE TABLE consents (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL REFERENCES branches (id),
    story_id    INTEGER,
    case_id     INTEGER,
    purpose     TEXT NOT NULL CHECK (purpose IN ('record', 'act', 'count', 'quote', 'photo', 'send_mp', 'send_minister', 'send_press', 'press_contact')),
    value       TEXT NOT NULL CHECK (value IN ('no', 'yes', 'anonymous', 'first_name', 'full_name')),
    wording     TEXT NOT NULL CHECK (wording <> ''),
    lang        TEXT NOT NULL CHECK (lang <> ''),
    how         TEXT NOT NULL CHECK (how IN ('self', 'spoken', 'paper', 'office')),
    taken_by    INTEGER REFERENCES accounts (id),
    on_date     DATE NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    FOREIGN KEY (branch_id, story_id) REFERENCES stories (branch_id, id),
    FOREIGN KEY (branch_id, case_id) REFERENCES cases (branch_id, id),
    CHECK ((story_id IS NULL) <> (case_id IS NULL)),
    CHECK (purpose = 'quote' OR value IN ('no', 'yes')),
    CHECK (purpose <> 'quote' OR value <> 'yes')
);
CREATE INDEX consents_story ON consents (story_id, id) WHERE story_id IS NOT NULL;
CREATE INDEX consents_case ON consents (case_id, id) WHERE case_id IS NOT NULL;

-- Words of a resident that a letter may print, while their consent covers it.
CREATE TABLE quotes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id  INTEGER NOT NULL REFERENCES branches (id),
    number     INTEGER NOT NULL CHECK (number > 0),
    story_id   INTEGER,
    case_id    INTEGER,
    text       TEXT NOT NULL CHECK (text <> ''),
    original   TEXT NOT NULL DEFAULT '',
    lang       TEXT NOT NULL DEFAULT 'en',
    first_name TEXT NOT NULL DEFAULT '',
    said_on    DATE NOT NULL,
    dropped_at TIMESTAMP,
    added_by   INTEGER REFERENCES accounts (id),
    added_at   TIMESTAMP NOT NULL,
    UNIQUE (branch_id, id),
    UNIQUE (branch_id, number),
    FOREIGN KEY (branch_id, story_id) REFERENCES stories (branch_id, id),
    FOREIGN KEY (branch_id, case_id) REFERENCES cases (branch_id, id),
    CHECK ((story_id IS NULL) <> (case_id IS NULL))
);

-- Which final letter printed which words, and as whose.
CREATE TABLE quote_uses (
    branch_id  INTEGER NOT NULL,
    quote_id   INTEGER NOT NULL,
    letter_id  INTEGER NOT NULL,
    printed_as TEXT NOT NULL,
    used_at    TIMESTAMP NOT NULL,
    PRIMARY KEY (quote_id, letter_id),
    FOREIGN KEY (branch_id, quote_id) REFERENCES quotes (branch_id, id),
    FOREIGN KEY (branch_id, letter_id) REFERENCES letters (branch_id, id)
);

-- An impact report that came from a story follows the consent of its teller.
ALTER TABLE impact_reports ADD COLUMN story_id INTEGER REFERENCES stories (id);

-- The landlord's homes, from a file that the branch imported, for the look-up by postcode.
CREATE TABLE homes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id INTEGER NOT NULL REFERENCES branches (id),
    postcode  TEXT NOT NULL CHECK (postcode <> ''),
    line      TEXT NOT NULL CHECK (line <> ''),
    area      TEXT NOT NULL DEFAULT '',
    seq       INTEGER NOT NULL,
    UNIQUE (branch_id, postcode, line)
);
CREATE INDEX homes_postcode ON homes (branch_id, postcode, seq);

-- Going from door to door: one row a round.
CREATE TABLE canvasses (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id   INTEGER NOT NULL REFERENCES branches (id),
    area        TEXT NOT NULL CHECK (area <> ''),
    on_date     DATE NOT NULL,
    homes       INTEGER NOT NULL CHECK (homes > 0),
    knocked     INTEGER NOT NULL CHECK (knocked BETWEEN 0 AND homes),
    answered    INTEGER NOT NULL CHECK (answered BETWEEN 0 AND knocked),
    affected    INTEGER NOT NULL CHECK (affected BETWEEN 0 AND answered),
    note        TEXT NOT NULL DEFAULT '',
    replaces    INTEGER UNIQUE REFERENCES canvasses (id),
    recorded_by INTEGER REFERENCES accounts (id),
    recorded_at TIMESTAMP NOT NULL
);
CREATE INDEX canvasses_branch ON canvasses (branch_id, on_date);

-- A person asked to be erased. Only the guardian does it.
CREATE TABLE erasures (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    branch_id  INTEGER NOT NULL REFERENCES branches (id),
    story_id   INTEGER,
    case_id    INTEGER,
    state      TEXT NOT NULL CHECK (state IN ('asked', 'done', 'declined', 'taken_back')),
    note       TEXT NOT NULL DEFAULT '',
    reason     TEXT NOT NULL DEFAULT '',
    asked_at   TIMESTAMP NOT NULL,
    decided_by INTEGER REFERENCES accounts (id),
    decided_at TIMESTAMP,
    FOREIGN KEY (branch_id, story_id) REFERENCES stories (branch_id, id),
    FOREIGN KEY (branch_id, case_id) REFERENCES cases (branch_id, id),
    CHECK (story_id IS NOT NULL OR case_id IS NOT NULL)
);
CREATE INDEX erasures_branch ON erasures (branch_id, state, id);

-- Bytes that an erased person sent and nothing else names: they go from the folder after the transaction, and again if that failed.
CREATE TABLE unkept_files (
    hash TEXT PRIMARY KEY CHECK (length(hash) = 64),
    at   TIMESTAMP NOT NULL
);

-- What is only ever added stays so, but for the words of a person whose erasure is done: they may be blanked, and nothing else of the
-- row may change with them.
DROP TRIGGER events_no_update;
-- +goose StatementBegin
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
WHEN NOT (NEW.note = '' AND NEW.reference = ''
    AND EXISTS (SELECT 1 FROM erasures x WHERE x.branch_id = OLD.branch_id AND x.case_id = OLD.case_id AND x.state = 'done')
    AND NEW.id IS OLD.id AND NEW.branch_id IS OLD.branch_id AND NEW.case_id IS OLD.case_id AND NEW.kind IS OLD.kind
    AND NEW.on_date IS OLD.on_date AND NEW.until_date IS OLD.until_date AND NEW.channel IS OLD.channel
    AND NEW.answered IS OLD.answered AND NEW.finding IS OLD.finding AND NEW.reason IS OLD.reason AND NEW.replaces IS OLD.replaces
    AND NEW.recorded_by IS OLD.recorded_by AND NEW.recorded_at IS OLD.recorded_at AND NEW.at_time IS OLD.at_time
    AND NEW.about IS OLD.about AND NEW.procedure IS OLD.procedure AND NEW.category IS OLD.category AND NEW.urgency IS OLD.urgency
    AND NEW.items IS OLD.items AND NEW.minutes IS OLD.minutes AND NEW.half_days IS OLD.half_days AND NEW.by_member IS OLD.by_member)
BEGIN
    SELECT RAISE(ABORT, 'rows of events are only ever added');
END;
-- +goose StatementEnd
DROP TRIGGER case_letters_sent_no_update;
-- +goose StatementBegin
CREATE TRIGGER case_letters_sent_no_update BEFORE UPDATE ON case_letters
WHEN OLD.state = 'sent' AND NOT (NEW.recipient = '' AND NEW.subject = '(erased)' AND NEW.body = '' AND NEW.sign_off = ''
    AND EXISTS (SELECT 1 FROM erasures x WHERE x.branch_id = OLD.branch_id AND x.case_id = OLD.case_id AND x.state = 'done')
    AND NEW.id IS OLD.id AND NEW.branch_id IS OLD.branch_id AND NEW.case_id IS OLD.case_id AND NEW.ref IS OLD.ref
    AND NEW.type IS OLD.type AND NEW.own IS OLD.own AND NEW.about IS OLD.about AND NEW.procedure IS OLD.procedure
    AND NEW.category IS OLD.category AND NEW.urgency IS OLD.urgency AND NEW.until_date IS OLD.until_date
    AND NEW.dated_on IS OLD.dated_on AND NEW.reply_by IS OLD.reply_by AND NEW.state IS OLD.state AND NEW.event_id IS OLD.event_id
    AND NEW.version IS OLD.version AND NEW.created_by IS OLD.created_by AND NEW.created_at IS OLD.created_at
    AND NEW.updated_at IS OLD.updated_at)
BEGIN
    SELECT RAISE(ABORT, 'a letter that was sent does not change');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER story_moves_no_update BEFORE UPDATE ON story_moves
WHEN NOT (NEW.reason = ''
    AND EXISTS (SELECT 1 FROM erasures x WHERE x.branch_id = OLD.branch_id AND x.story_id = OLD.story_id AND x.state = 'done')
    AND NEW.id IS OLD.id AND NEW.branch_id IS OLD.branch_id AND NEW.story_id IS OLD.story_id AND NEW.was IS OLD.was
    AND NEW.became IS OLD.became AND NEW.case_id IS OLD.case_id AND NEW.incident_id IS OLD.incident_id
    AND NEW.report_id IS OLD.report_id AND NEW.undoes IS OLD.undoes AND NEW.recorded_by IS OLD.recorded_by
    AND NEW.recorded_at IS OLD.recorded_at)
BEGIN
    SELECT RAISE(ABORT, 'rows of story_moves are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER story_moves_no_delete BEFORE DELETE ON story_moves
BEGIN
    SELECT RAISE(ABORT, 'rows of story_moves are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER consents_no_update BEFORE UPDATE ON consents
WHEN NOT (NEW.wording = '(erased)'
    AND EXISTS (SELECT 1 FROM erasures x WHERE x.branch_id = OLD.branch_id AND (x.story_id = OLD.story_id OR x.case_id = OLD.case_id) AND x.state = 'done')
    AND NEW.id IS OLD.id AND NEW.branch_id IS OLD.branch_id AND NEW.story_id IS OLD.story_id AND NEW.case_id IS OLD.case_id
    AND NEW.purpose IS OLD.purpose AND NEW.value IS OLD.value AND NEW.lang IS OLD.lang AND NEW.how IS OLD.how
    AND NEW.taken_by IS OLD.taken_by AND NEW.on_date IS OLD.on_date AND NEW.recorded_at IS OLD.recorded_at)
BEGIN
    SELECT RAISE(ABORT, 'rows of consents are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents
BEGIN
    SELECT RAISE(ABORT, 'rows of consents are only ever added');
END;
-- +goose StatementEnd
