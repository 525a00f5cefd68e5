import { setTimeout as delay } from 'node:timers/promises'
import { LinkClient } from '../../intruder/link-client.ts'
import type { Findings } from '../findings.ts'
import type { Ground } from './ground.ts'

const everyMs = 1_000
/** A machine that is busy with being attacked by itself is slow; what takes longer than this is not served. */
const patienceMs = 20_000

/** Keeps asking whether those who behave are still served; ends when it is told to. */
export async function probe(ground: Ground, findings: Findings, signal: AbortSignal): Promise<number> {
  let rounds = 0
  while (!signal.aborted) {
    const asked = [health, welcome, job].map(async ask => {
      const wrong = await ask(ground).catch((error: unknown) => String(error))
      if (wrong !== undefined && !signal.aborted) findings.add({ where: 'those who behave', kind: 'harm', detail: wrong })
    })
    await Promise.all(asked)
    rounds += 1
    await delay(everyMs)
  }
  return rounds
}

async function health({ api }: Ground): Promise<string | undefined> {
  const response = await fetch(`${api.url}/healthz`, { signal: AbortSignal.timeout(patienceMs) })
  await response.arrayBuffer()
  return response.ok ? undefined : `/healthz answered ${response.status}`
}

/** A client that is sent away with a time to come back does so. */
async function welcome({ port, guest }: Ground): Promise<string | undefined> {
  for (const end = performance.now() + patienceMs; performance.now() < end; await delay(500)) {
    const client = await LinkClient.open(port, guest)
    client?.raw.end()
    if (client) return undefined
  }
  return 'a client with a good token did not get its welcome'
}

async function job({ api, healthy }: Ground): Promise<string | undefined> {
  const { state, error } = await api.runJob(healthy.siteId, 'lab.noop', {}, patienceMs)
  return state === 'succeeded' ? undefined : `a job of an agent that was left alone ended ${state} (${error?.code})`
}
