/** The shape of the index of pages, as the steps that lead to it; see migrations.ts. */
export const pageMigrations: readonly string[] = [
  // A page's sets are numbers in one value: what is read is all of them, and rows would take three times the room. None at all
  // means that nothing is recorded of the page.
  `CREATE TABLE pages (
     id INTEGER PRIMARY KEY,
     key INTEGER NOT NULL,
     at INTEGER NOT NULL,
     partial INTEGER NOT NULL,
     kept INTEGER NOT NULL,
     url TEXT NOT NULL,
     sets BLOB
   ) STRICT;
   CREATE INDEX pages_by_key ON pages (key);
   CREATE INDEX pages_under_rules ON pages (url) WHERE partial = 1;
   CREATE TABLE sets (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, tags BLOB NOT NULL) STRICT;
   CREATE TABLE set_tags (tag INTEGER NOT NULL, set_id INTEGER NOT NULL, PRIMARY KEY (tag, set_id)) STRICT, WITHOUT ROWID;
   CREATE TABLE set_pages (
     set_id INTEGER NOT NULL,
     block INTEGER NOT NULL,
     bits BLOB NOT NULL,
     PRIMARY KEY (set_id, block)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE changes (
     id INTEGER PRIMARY KEY,
     job TEXT,
     everything INTEGER NOT NULL,
     size INTEGER NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   CREATE TABLE recent (word TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE places (file TEXT PRIMARY KEY, inode TEXT NOT NULL, read INTEGER NOT NULL, skipping INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
  // What changes while pages are made; `what` is of a change that waits.
  `CREATE TABLE damped (word TEXT PRIMARY KEY, wait INTEGER NOT NULL, until INTEGER NOT NULL, what TEXT) STRICT, WITHOUT ROWID;
   CREATE INDEX damped_held ON damped (until) WHERE what IS NOT NULL;`,
]
