/** The database's shape, as the steps that lead to it: step N takes it from version N to N + 1. Never edited, only added to. */
export const migrations: readonly string[] = [
  `CREATE TABLE runs (
     job_id TEXT PRIMARY KEY,
     ended INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     finished_at INTEGER,
     body TEXT NOT NULL
   ) STRICT;
   CREATE INDEX runs_unfinished ON runs (created_at) WHERE ended = 0;
   CREATE INDEX runs_recent ON runs (created_at DESC);
   CREATE TABLE steps (
     id INTEGER PRIMARY KEY,
     job_id TEXT NOT NULL,
     name TEXT NOT NULL,
     kind TEXT NOT NULL,
     phase TEXT NOT NULL CHECK (phase IN ('begun', 'ended'))
   ) STRICT;
   CREATE INDEX steps_of_run ON steps (job_id);
   CREATE TABLE outbox (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     job_id TEXT NOT NULL,
     about TEXT NOT NULL CHECK (about IN ('outcome', 'created')),
     bytes INTEGER NOT NULL,
     frame TEXT NOT NULL,
     UNIQUE (job_id, about)
   ) STRICT;
   CREATE TABLE nonces (nonce TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX nonces_expiry ON nonces (expires_at);
   CREATE TABLE named (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  // Results lie apart, so that letting go of one frees the pages that it took.
  `CREATE TABLE results (
     job_id TEXT PRIMARY KEY,
     finished_at INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     result TEXT NOT NULL
   ) STRICT;
   CREATE INDEX results_newest ON results (finished_at, job_id, bytes);
   CREATE INDEX runs_finished ON runs (finished_at) WHERE ended = 1;`,
  // What came last is told by the order of rows, not by a clock that may have been set.
  `DROP INDEX runs_recent;
   DROP INDEX results_newest;
   CREATE INDEX runs_ended ON runs (ended) WHERE ended = 1;`,
  `CREATE TABLE receipts (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     chain TEXT NOT NULL,
     seq INTEGER NOT NULL,
     at INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     line TEXT NOT NULL,
     UNIQUE (chain, seq)
   ) STRICT;`,
  // What is to be purged at the CDN; of jobs that have ended before that, what is known of parts, and their receipts; and what came of it.
  `CREATE TABLE cdn_requests (id TEXT PRIMARY KEY, urgent INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TABLE cdn_ends (job_id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
   CREATE TABLE follow_ups (id INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE INDEX follow_ups_of_job ON follow_ups (job_id);`,
]
