/**
 * The schema, one step an entry; `user_version` counts those that were taken. A step that was released is never edited.
 * What belongs to somebody has its account. Times are ms since the epoch.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- Whether it is the platform's own: its agents may serve in pools.
    platform INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE sites (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    url TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (account_id, url)
  ) STRICT;

  CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    public_key TEXT NOT NULL,
    pending_key TEXT,
    rotation_asked_at INTEGER,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    pool TEXT,
    version TEXT,
    connected_at INTEGER,
    seen_at INTEGER,
    state_seq INTEGER NOT NULL DEFAULT 0,
    facts TEXT NOT NULL DEFAULT '{}'
  ) STRICT;
  -- One live agent a site: a clone or a recreated container has to take the place of the one before.
  CREATE UNIQUE INDEX agents_live ON agents (site_id) WHERE revoked_at IS NULL;
  CREATE INDEX agents_account ON agents (account_id, id);

  CREATE TABLE enrolment_tokens (
    hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    expires_at INTEGER NOT NULL,
    used_at INTEGER
  ) STRICT;

  CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT;
  CREATE INDEX tokens_account ON tokens (account_id, id);

  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    -- Who carries it out: the site, or a pool.
    place TEXT NOT NULL,
    kind TEXT NOT NULL,
    heavy INTEGER NOT NULL,
    state TEXT NOT NULL,
    priority INTEGER NOT NULL,
    not_before INTEGER,
    -- When the clock has to look at the job again: lease or deadline, whichever counts in its state.
    due_at INTEGER,
    finished_at INTEGER,
    -- What a heavy job holds while an agent has it.
    slot TEXT,
    -- While it is queued and may take others in.
    coalesce_key TEXT,
    document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX jobs_account ON jobs (account_id, id);
  CREATE INDEX jobs_site ON jobs (account_id, site_id, id);
  CREATE INDEX jobs_queue ON jobs (place, priority DESC, id) WHERE state = 'queued';
  CREATE INDEX jobs_leased ON jobs (place, id) WHERE state IN ('offered', 'running');
  CREATE INDEX jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
  -- One heavy job a site at a time, and one queued job a coalescing key, whatever the code above it believes.
  CREATE UNIQUE INDEX jobs_heavy ON jobs (slot) WHERE slot IS NOT NULL;
  CREATE UNIQUE INDEX jobs_coalesce ON jobs (place, coalesce_key) WHERE coalesce_key IS NOT NULL;

  CREATE TABLE idempotency_keys (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    -- Id of what the request made or changed.
    subject TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_age ON idempotency_keys (created_at);

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    job_id TEXT,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_site ON events (account_id, site_id, seq);
  CREATE INDEX events_job ON events (account_id, job_id, seq) WHERE job_id IS NOT NULL;

  CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_account ON audit (account_id, id);
  CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  `,
  `
  -- The agent that has it.
  ALTER TABLE jobs ADD COLUMN holder TEXT;
  UPDATE jobs SET holder = document ->> '$.lease.agentId'
    WHERE state IN ('offered', 'running') AND document ->> '$.origin' = 'platform';
  DROP INDEX jobs_leased;
  CREATE INDEX jobs_holder ON jobs (holder, id) WHERE holder IS NOT NULL;
  `,
  `
  -- Heavy ones apart: thousands of them may wait while one runs, and a light one must not be looked for among them.
  DROP INDEX jobs_queue;
  CREATE INDEX jobs_queue ON jobs (place, heavy, priority DESC, id) WHERE state = 'queued';
  CREATE INDEX sites_account ON sites (account_id, id);
  `,
  `
  -- Lists of one state. By account and not by site, so that a commit about many sites touches few of its pages.
  CREATE INDEX jobs_state ON jobs (account_id, state, id);
  `,
  `
  -- One row, written to see whether writing works.
  CREATE TABLE health (id INTEGER PRIMARY KEY CHECK (id = 1), looks INTEGER NOT NULL) STRICT;
  `,
  `
  -- The session that it was last heard in, whose end alone means that it has gone.
  ALTER TABLE agents ADD COLUMN session_id TEXT;
  `,
  `
  -- The agent that it made: whoever lost the answer may ask for it again.
  ALTER TABLE enrolment_tokens ADD COLUMN agent_id TEXT;
  `,
]
