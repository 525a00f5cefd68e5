import { createHash } from 'node:crypto'
import { limits, newId, PlatenError, problemField, problemText, type Kind } from '@platen/protocol'
import { kindIn, type Catalog } from '../domain/catalog.ts'
import { coalesceText } from '../domain/coalesce.ts'
import type { Job } from '../domain/job.ts'

/** What is said of one job that is asked for. */
export const newJobSchema: object = {
  type: 'object',
  required: ['siteId', 'kind', 'input'],
  additionalProperties: false,
  properties: {
    siteId: { type: 'string', maxLength: 60 },
    kind: { type: 'string', maxLength: 60 },
    input: {},
    pool: {
      type: 'string',
      pattern: '^[a-z][a-z0-9-]{0,39}$',
      description: 'Agents of the platform that carry it out in place of the site’s own',
    },
    notBefore: { type: 'string', format: 'date-time', description: 'It is not handed out earlier, and never made one with others' },
  },
}

/** The farthest that a job may be put off. */
const farthestMs = 30 * 24 * 3_600_000

/** A queued job, from what a caller says of it. @throws PlatenError kind.unknown, input.too_large, input.invalid */
export function newJob(catalog: Catalog, accountId: string, asked: Readonly<Record<string, unknown>>, now: number): Job {
  const kind = kindIn(catalog, String(asked['kind']))
  if (!kind) throw new PlatenError('kind.unknown', undefined, { field: 'kind' })
  const { siteId, input, pool } = asked as { siteId: string; input: unknown; pool?: string }
  checkInput(catalog, kind, input)
  const later = notBefore(asked['notBefore'], now)
  const shared = later === undefined ? coalesceText(kind, siteId, input) : undefined
  const start = later ?? now
  return {
    id: newId('job'),
    accountId,
    siteId,
    ...(pool === undefined ? {} : { pool }),
    kind: kind.name,
    input,
    origin: 'platform',
    createdAt: now,
    queueDeadline: start + kind.deadlines.queueMs,
    ...(shared === undefined ? {} : { coalesceKey: createHash('sha256').update(shared).digest('base64url') }),
    attempt: 0,
    epoch: 0,
    settled: 0,
    state: 'queued',
    notBefore: start,
  }
}

function checkInput({ inputs }: Catalog, { name, ofSite = [] }: Kind, input: unknown): void {
  if (Buffer.byteLength(JSON.stringify(input) ?? '') > limits.job.inputBytes)
    throw new PlatenError('input.too_large', undefined, { field: 'input' })
  const check = inputs[name]
  if (check?.(input)) {
    const own = ofSite.find(member => typeof input === 'object' && input !== null && member in input)
    if (own === undefined) return
    throw new PlatenError('input.invalid', 'Only the site itself gives it.', { field: `input.${own}` })
  }
  const field = problemField(check?.errors)
  throw new PlatenError('input.invalid', problemText(check?.errors), { field: field === '(root)' ? 'input' : `input.${field}` })
}

function notBefore(asked: unknown, now: number): number | undefined {
  if (asked === undefined) return undefined
  const at = typeof asked === 'string' ? Date.parse(asked) : Number.NaN
  if (Number.isNaN(at) || at > now + farthestMs)
    throw new PlatenError('input.invalid', 'A time within the next 30 days is meant.', { field: 'notBefore' })
  return Math.max(at, now)
}
