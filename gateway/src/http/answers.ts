import { createHash } from 'node:crypto'
import { canonicalJson, PlatenError, type Json } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Answer } from './context.ts'

const keptMs = 24 * 3_600_000
const mostKept = 10_000

interface Kept {
  readonly requestHash: string
  readonly answer: Answer
  readonly until: number
}

/**
 * Answers of mutations by Idempotency-Key, for those whose repetition would do harm and that are not jobs (those are kept in the
 * store): the same key and request get the same answer for a day, as long as this gateway lives.
 */
export class KeptAnswers {
  readonly #kept = new Map<string, Kept>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The answer of then. @throws PlatenError idempotency.conflict */
  find(scope: string, key: string, request: Json): Answer | undefined {
    const kept = this.#kept.get(`${scope} ${key}`)
    if (!kept || kept.until <= this.#clock.now()) return undefined
    if (kept.requestHash !== hash(request)) throw new PlatenError('idempotency.conflict', undefined, { field: 'Idempotency-Key' })
    return kept.answer
  }

  keep(scope: string, key: string, request: Json, answer: Answer): void {
    this.#kept.set(`${scope} ${key}`, { requestHash: hash(request), answer, until: this.#clock.now() + keptMs })
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value as string)
  }
}

function hash(request: Json): string {
  return createHash('sha256').update(canonicalJson(request)).digest('base64url')
}
