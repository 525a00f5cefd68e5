import { setTimeout as delay } from 'node:timers/promises'
import type { Attack } from './attack.ts'
import type { Ground } from './ground.ts'

const attackMs = 6_000
const lookMs = 100
/** An agent that was told nonsense comes back with back-off, on a machine that is busy with being attacked. */
const patienceMs = 30_000

/** Mischief of a gateway, while others are at work; afterwards the agent works for the true one as if nothing had been. */
export const rogueAttack: Attack = {
  name: 'a gateway that was taken over',
  run: async ({ rogue }, dice, count) => {
    rogue.attack(dice, count)
    // The longer agents were sent away again and again, the later they come.
    for (const until = performance.now() + patienceMs; rogue.helloes() === 0 && performance.now() < until;) await delay(lookMs)
    await delay(attackMs)
    rogue.giveBack()
  },
  harm: async ground => (await unreached(ground)) ?? (await restarted(ground)) ?? (await idle(ground)),
}

/** An attack that nobody came to proves nothing. */
async function unreached({ rogue }: Ground): Promise<string | undefined> {
  return rogue.helloes() > 0 ? undefined : 'the agent never said hello to it'
}

/** The launcher would hide a fall by starting another one. */
async function restarted(ground: Ground): Promise<string | undefined> {
  const startedAt = ground.gulledMain()?.startedAt
  return startedAt === ground.gulledStartedAt ? undefined : 'the agent’s main process has ended'
}

async function idle({ api, gulled }: Ground): Promise<string | undefined> {
  try {
    const { state, error } = await api.runJob(gulled.siteId, 'lab.noop', {}, patienceMs)
    return state === 'succeeded' ? undefined : `a job for the true gateway ended ${state} (${error?.code}: ${error?.message})`
  } catch (error) {
    return `the agent did no job for the true gateway: ${String(error)}`
  }
}
