import { PlatenError, toPlatenError, type Kind } from '@platen/protocol'
import { coalesce, isCoalescable } from '../domain/coalesce.ts'
import { kindIn, unknownKind } from '../domain/catalog.ts'
import { isEnded, type Job, type JobEnd } from '../domain/job.ts'
import { wasGivenUp } from '../domain/job-ends.ts'
import type { Surroundings } from '../domain/job-changes.ts'
import type { AgentEvent, JobEvent } from '../domain/job-event.ts'
import { transition, type JobStep } from '../domain/job-machine.ts'
import { placeOf, type Place } from '../domain/place.ts'
import {
  outcomeOf,
  type BatchOutcome,
  type Claim,
  type Claimed,
  type Created,
  type LocalEnd,
  type Refused,
  type StoredStep,
} from '../ports/jobs.ts'
import type { DueJob } from './due-jobs.ts'
import type { QueueRoom } from './queue-room.ts'

type Queued = Job & { readonly state: 'queued' }
type Offered = Job & { readonly state: 'offered' }

/** The jobs of one open transaction, as a store keeps them. */
export interface JobTable {
  find(id: string): Promise<Job | undefined>
  /** Whether the account has the site. */
  hasSite(accountId: string, siteId: string): Promise<boolean>
  /** Writes a new job and its first event. */
  insert(job: Job, at: number): Promise<void>
  /** Writes a job's new state, and an event where the state is another than before. */
  save(job: Job, before: Job, at: number): Promise<void>
  /** The queued job of a place that takes others of this key in. */
  coalescing(place: Place, key: string): Promise<Queued | undefined>
  /** The most urgent queued job that may be leased now, leaving out heavy ones where the slot is taken. */
  nextFor(claim: Claim): Promise<Queued | undefined>
  /** How many jobs of a place are queued, counted up to `most`. */
  queued(place: Place, most: number): Promise<number>
  /** Jobs whose time has come, apart from what some agents have. They are not read: one that can't be must not hide the others. */
  due(now: number, most: number, spared: readonly string[]): Promise<readonly DueJob[]>
}

/** What the job machine is run with. */
export interface MachineParts {
  readonly kinds: readonly Kind[]
  /** A number in [0, 1), for the jitter of back-offs. */
  readonly random: () => number
}

/**
 * Runs the job machine inside a transaction of a store: loads, steps, saves, and lets happen what follows from it in other
 * jobs. The same for every store, which gives it its tables and commits or takes back the whole.
 */
export class JobLedger {
  readonly #table: JobTable
  readonly #parts: MachineParts
  readonly #room: QueueRoom

  constructor(table: JobTable, parts: MachineParts, room: QueueRoom) {
    this.#table = table
    this.#parts = parts
    this.#room = room
  }

  /** @throws PlatenError site.not_found, queue.full; nothing is written then */
  async create(job: Job): Promise<Created> {
    if (!(await this.#table.hasSite(job.accountId, job.siteId))) throw new PlatenError('site.not_found', undefined, { field: 'siteId' })
    const made = job.state === 'queued' && isCoalescable(job) ? await this.#absorb(job, job.createdAt) : { job, also: [] }
    // Where two became one, no more wait than before.
    if (made.job.state === 'queued' && made.also.length === 0) await this.#takeRoom(made.job)
    await this.#table.insert(made.job, job.createdAt)
    return made
  }

  #takeRoom(job: Job): Promise<void> {
    const place = placeOf(job)
    return this.#room.take(place, job.createdAt, most => this.#table.queued(place, most))
  }

  /** Each by itself: a job that can't be created keeps no other from it. */
  async createBatch(jobs: readonly (Job | Refused)[]): Promise<readonly BatchOutcome[]> {
    const outcomes: BatchOutcome[] = []
    for (const job of jobs) outcomes.push('refused' in job ? job : await this.create(job).catch(refused))
    return outcomes
  }

  /** @throws PlatenError job.local, job.finished */
  async cancel(accountId: string, id: string, now: number): Promise<StoredStep | undefined> {
    const before = await this.#table.find(id)
    if (before?.accountId !== accountId) return undefined
    if (before.origin !== 'platform') throw new PlatenError('job.local')
    if (before.state === 'cancelled') return { job: before, accepted: true, effects: [], changed: false, also: [] }
    if (isEnded(before)) throw new PlatenError('job.finished')
    return this.#step(before, { type: 'cancel' }, now)
  }

  async claim(claim: Claim): Promise<Claimed> {
    const { agentId, leaseMs, now, most } = claim
    const jobs: Offered[] = []
    const also: JobStep[] = []
    while (jobs.length < most) {
      const found = await this.#table.nextFor(claim)
      const step = found && (await this.#step(found, { type: 'claim', agentId, leaseMs }, now))
      if (!step?.accepted) break
      const { also: more, changed: _changed, ...own } = step
      if (own.job.state === 'offered') jobs.push(own.job)
      else also.push(own, ...more)
    }
    return { jobs, also }
  }

  async apply(places: readonly Place[], jobId: string, event: AgentEvent, now: number): Promise<StoredStep | undefined> {
    const before = await this.#at(places, jobId)
    return before && this.#step(before, event, now)
  }

  /** The child is created where the machine lets its parent wait, and not where this was said before. */
  async wait(
    places: readonly Place[],
    jobId: string,
    event: AgentEvent & { type: 'wait' },
    child: Job,
    now: number,
  ): Promise<StoredStep | undefined> {
    const before = await this.#at(places, jobId)
    if (!before) return undefined
    const step = await this.#step(before, event, now)
    if (step.job.state !== 'waiting' || before.state === 'waiting') return step
    const { job, also } = await this.create(child)
    return { ...step, also: [...step.also, { job, accepted: true, effects: [] }, ...also] }
  }

  /** False where the id is another site's. The caller notes in the audit log what is new. */
  async importLocal(imported: Job): Promise<'new' | 'known' | 'foreign'> {
    const found = await this.#table.find(imported.id)
    if (found) return found.siteId === imported.siteId ? 'known' : 'foreign'
    await this.#table.insert(imported, imported.createdAt)
    return 'new'
  }

  async finishLocal(siteId: string, jobId: string, end: JobEnd, at: number): Promise<LocalEnd> {
    const before = await this.#table.find(jobId)
    if (!before || before.siteId !== siteId || before.origin === 'platform') return 'unknown'
    if (before.state === 'running') {
      const { lease: _lease, startedAt: _startedAt, cancelling: _cancelling, ...rest } = before
      await this.#table.save({ ...rest, state: end.outcome, finishedAt: at, end }, before, at)
    }
    return wasGivenUp(before) ? 'late' : 'kept'
  }

  /** What time does to a job that was due, as it is now: another one may have moved it. */
  async look(id: string, now: number): Promise<readonly JobStep[]> {
    const present = await this.#table.find(id)
    if (!present) return []
    const { also, changed, ...step } = await this.#step(present, { type: 'tick' }, now)
    // Its kind gives it longer than when it was written: it is due later, and must not be in the way of those that are due now.
    if (!changed) await this.#table.save(present, present, now)
    return [step, ...also]
  }

  async #at(places: readonly Place[], jobId: string): Promise<Job | undefined> {
    const job = await this.#table.find(jobId)
    return job && places.includes(placeOf(job)) ? job : undefined
  }

  async #step(before: Job, event: JobEvent, now: number): Promise<StoredStep> {
    const step = transition(before, event, this.#around(before, now))
    if (step.job === before) return { ...step, changed: false, also: [] }
    const { job, also } = await this.#backInQueue(step.job, before, now)
    await this.#table.save(job, before, now)
    return { ...step, job, changed: true, also: [...also, ...(await this.#follow(step, before, now))] }
  }

  /** A job that comes back to the queue may find another one of its key there. */
  async #backInQueue(job: Job, before: Job, now: number): Promise<Created> {
    const back = job.state === 'queued' && before.state !== 'queued' && isCoalescable(job)
    return back ? this.#absorb(job, now) : { job, also: [] }
  }

  /** What a queued job that is not written yet becomes, after the queued one of its key, if any, was made one with it. */
  async #absorb(job: Queued, now: number): Promise<Created> {
    const rule = kindIn(this.#parts, job.kind)?.coalesce
    const other = rule && job.coalesceKey !== undefined ? await this.#table.coalescing(placeOf(job), job.coalesceKey) : undefined
    if (!rule || !other) return { job, also: [] }
    const { stays, goes } = coalesce(rule, job, other)
    const ended = transition(goes, { type: 'supersede', by: stays.id }, this.#around(goes, now))
    if (stays.id === job.id) {
      await this.#table.save(ended.job, other, now)
      return { job: stays, also: [ended, ...(await this.#follow(ended, other, now))] }
    }
    await this.#table.save(stays, other, now)
    return { job: ended.job, also: await this.#follow(ended, job, now) }
  }

  /** What a step does to others: a parent goes on when its child has ended, a child is not wanted without its parent. */
  async #follow({ job, effects }: JobStep, before: Job, now: number): Promise<JobStep[]> {
    const steps: JobStep[] = []
    if (effects.includes('cancel child') && before.state === 'waiting')
      steps.push(...(await this.#onOther(before.childId, { type: 'cancel' }, now)))
    if (isEnded(job) && job.parentId !== undefined)
      steps.push(...(await this.#onOther(job.parentId, { type: 'resume', child: outcomeOf(job) }, now)))
    return steps
  }

  async #onOther(id: string, event: JobEvent, now: number): Promise<JobStep[]> {
    const other = await this.#table.find(id)
    if (!other) return []
    const { also, changed, ...step } = await this.#step(other, event, now)
    return changed ? [step, ...also] : []
  }

  #around(job: Job, now: number): Surroundings {
    return { now, kind: kindIn(this.#parts, job.kind) ?? unknownKind(job.kind), random: this.#parts.random() }
  }
}

function refused(error: unknown): BatchOutcome {
  const { code, field } = toPlatenError(error)
  if (code === 'internal' || code === 'store.unavailable' || code === 'disk.full') throw error
  return { refused: code, ...(field === undefined ? {} : { field }) }
}
