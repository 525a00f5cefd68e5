import type { Database, Row, Statement } from './database.ts'

/** What the gateway has not heard of is neither shortened nor forgotten: the job might be offered again. */
const isWaiting = (of: string): string => `EXISTS (SELECT 1 FROM outbox WHERE outbox.job_id = ${of}.job_id AND outbox.about = 'outcome')`

/**
 * A row is put anew whenever it is saved, so that its rowid tells what came last. Times do not: a clock that was ahead would keep
 * what came after it was set right from being shown and kept.
 */
const newestEnded = '(SELECT rowid FROM runs WHERE ended = 1 ORDER BY rowid DESC LIMIT 1 OFFSET ?)'

const runsWithResults = 'SELECT runs.ended, runs.body, results.result FROM runs LEFT JOIN results USING (job_id)'

type Name =
  | 'save'
  | 'find'
  | 'unfinished'
  | 'unfinishedCount'
  | 'recent'
  | 'keepResult'
  | 'forgetResult'
  | 'forgetResults'
  | 'forgetRuns'
  | 'put'
  | 'outbox'
  | 'outboxBytes'
  | 'waiting'
  | 'acknowledge'
  | 'step'
  | 'stepsBegun'
  | 'forgetSteps'
  | 'forgetOverSteps'
  | 'nonce'
  | 'forgetNonces'
  | 'get'
  | 'set'

const texts: Readonly<Record<Name, string>> = {
  save: 'INSERT OR REPLACE INTO runs (job_id, ended, created_at, finished_at, body) VALUES (?, ?, ?, ?, ?)',
  find: `${runsWithResults} WHERE job_id = ?`,
  unfinished: `${runsWithResults} WHERE ended = 0 ORDER BY created_at, job_id`,
  unfinishedCount: 'SELECT count(*) AS count FROM runs WHERE ended = 0',
  recent: `${runsWithResults} ORDER BY runs.rowid DESC LIMIT ?`,
  keepResult: 'INSERT INTO results (job_id, finished_at, bytes, result) VALUES (?, ?, ?, ?)',
  forgetResult: 'DELETE FROM results WHERE job_id = ?',
  forgetResults: `DELETE FROM results WHERE NOT ${isWaiting('results')} AND job_id IN (
      SELECT job_id FROM (
        SELECT job_id, sum(bytes) OVER newest AS total, row_number() OVER newest AS place FROM results
        WINDOW newest AS (ORDER BY rowid DESC)
      ) WHERE total > ? OR place > ?)`,
  forgetRuns: `DELETE FROM runs WHERE ended = 1 AND NOT ${isWaiting('runs')} AND (
      (finished_at < ? AND rowid < ${newestEnded}) OR rowid < ${newestEnded})`,
  put: 'INSERT OR REPLACE INTO outbox (job_id, about, bytes, frame) VALUES (?, ?, ?, ?)',
  outbox: 'SELECT id, frame FROM outbox ORDER BY id LIMIT ?',
  outboxBytes: 'SELECT coalesce(sum(bytes), 0) AS bytes FROM outbox',
  waiting: "SELECT count(*) AS count FROM outbox WHERE about = 'outcome'",
  acknowledge: 'DELETE FROM outbox WHERE id = ?',
  step: "INSERT INTO steps (job_id, name, kind, phase) VALUES (?, ?, ?, 'begun')",
  // Journals of older builds have notes of ends as well, which say nothing that may be relied on.
  stepsBegun: "SELECT name, kind FROM steps WHERE job_id = ? AND phase = 'begun' ORDER BY id",
  forgetSteps: 'DELETE FROM steps WHERE job_id = ?',
  forgetOverSteps: 'DELETE FROM steps WHERE job_id NOT IN (SELECT job_id FROM runs WHERE ended = 0)',
  nonce: 'INSERT OR IGNORE INTO nonces (nonce, expires_at) VALUES (?, ?)',
  forgetNonces:
    'DELETE FROM nonces WHERE expires_at < ? AND expires_at < (SELECT expires_at FROM nonces ORDER BY expires_at DESC LIMIT 1 OFFSET ?)',
  get: 'SELECT value FROM named WHERE name = ?',
  set: 'INSERT OR REPLACE INTO named (name, value) VALUES (?, ?)',
}

/** Every statement that the journal makes, prepared once. */
export function prepareAll(database: Database): Readonly<Record<Name, Statement>> {
  const entries = Object.entries(texts).map(([name, text]) => [name, database.prepare<unknown[], Row>(text)])
  return Object.fromEntries(entries) as Record<Name, Statement>
}
