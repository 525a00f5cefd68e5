import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memoryBus } from '../../src/bus/memory-bus.ts'
import { isEnded } from '../../src/domain/job.ts'
import { unreliableBus, type Fate } from '../support/unreliable-bus.ts'
import { GatewayFixture, purged, type Enrolled } from './gateway-fixture.ts'
import { ManualClock } from './manual-clock.ts'
import type { Connection } from './wire-agent.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const sites = 5
const jobsEach = 6

/** Carries out whatever is offered, but for one job, which it goes on with until it is told to stop. */
function work(connection: Connection, stubborn: string): void {
  connection.listen(frame => {
    if (frame.type !== 'job.offer' && frame.type !== 'job.cancel') return
    const { jobId, attempt, epoch } = frame
    const fence = { jobId, attempt, epoch }
    if (frame.type === 'job.offer') connection.send({ type: 'job.accept', ...fence })
    if (frame.type === 'job.cancel') connection.send({ type: 'job.result', ...fence, outcome: 'cancelled', effect: 'none', finishedAt: 1 })
    else if (jobId !== stubborn)
      connection.send({ type: 'job.result', ...fence, outcome: 'succeeded', effect: 'applied', result: purged, finishedAt: 1 })
  })
}

/** Queues jobs before and after their agents come, cancels one that runs, and lets time pass until all have ended. */
async function allEnd(fate: Fate): Promise<void> {
  const clock = new ManualClock()
  const gateway = await GatewayFixture.open({ clock, bus: unreliableBus(memoryBus(quiet), clock, fate) })
  try {
    const agents: Enrolled[] = []
    for (let site = 0; site < sites; site += 1) agents.push(await gateway.enrol())
    const jobs: string[] = []
    const queueSome = async (): Promise<void> => {
      for (const { siteId } of agents) for (let at = 0; at < jobsEach / 2; at += 1) jobs.push((await gateway.queue(siteId)).id)
    }
    await queueSome()
    // Queued purges of one site are one: any of them may stand for the others.
    const states = await Promise.all(jobs.map(async id => ({ id, job: await gateway.job(id) })))
    const stubborn = states.find(({ job }) => job.siteId === agents[0]?.siteId && job.state === 'queued')?.id ?? ''
    const connections = await Promise.all(agents.map(agent => gateway.welcomed(agent)))
    for (const connection of connections) work(connection, stubborn)
    /** A second, in which the agent that runs something says so, and the store does what it was told. */
    const second = async (): Promise<void> => {
      const { state, attempt, epoch } = await gateway.job(stubborn)
      const running = state === 'running' ? [{ jobId: stubborn, attempt, epoch }] : []
      for (const [at, connection] of connections.entries()) connection.send({ type: 'heartbeat', running: at === 0 ? running : [] })
      await clock.pass(1_000)
      await gateway.store.healthy()
    }
    await gateway.until(async () => (await second(), (await gateway.job(stubborn)).state === 'running'), 'the stubborn one runs')
    await queueSome()
    const { attempt, epoch } = await gateway.job(stubborn)
    await gateway.store.jobs.cancel(gateway.accountId, stubborn, clock.now())
    gateway.bus.publish({ type: 'job cancelled', jobId: stubborn, place: agents[0]?.siteId ?? '', attempt, epoch })
    for (const id of jobs) await gateway.until(async () => (await second(), isEnded(await gateway.job(id))), `${id} ends`)
    assert.equal((await gateway.job(stubborn)).state, 'cancelled')
    for (const id of jobs.filter(other => other !== stubborn)) {
      const job = await gateway.job(id)
      assert.ok(job.state === 'succeeded' || (job.state === 'cancelled' && job.end.error?.code === 'job.superseded'), `${id} ${job.state}`)
    }
  } finally {
    await Promise.all([gateway.close(), clock.pass(10_000)])
  }
}

/** Chance that repeats. */
function chance(seed: number): () => number {
  let state = seed
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
}

describe('all jobs end, and a cancellation comes through', { timeout: 120_000 }, () => {
  const fates: readonly (readonly [title: string, fate: Fate])[] = [
    ['every hint is lost', () => []],
    ['every hint comes three times', () => [0, 0, 0]],
    ['every hint is late', () => [7_000]],
    ['the first is late and comes after the second', (at => () => [(at = 5_000 - at)])(0)],
  ]
  for (const [title, fate] of fates) it(`where ${title}`, () => allEnd(fate))

  for (const seed of [1, 2, 3]) {
    it(`where hints are lost, doubled and late by chance (seed ${seed})`, () => {
      const random = chance(seed)
      return allEnd(() => Array.from({ length: Math.floor(random() * 3) }, () => Math.floor(random() * 4) * 1_500))
    })
  }
})
