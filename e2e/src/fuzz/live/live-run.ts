import { setTimeout as delay } from 'node:timers/promises'
import { dice } from '../../chaos/dice.ts'
import type { Findings } from '../findings.ts'
import type { Attack } from './attack.ts'
import { openGround, type Ground } from './ground.ts'
import { httpAttacks } from './http-attacks.ts'
import { linkAttacks } from './link-attacks.ts'
import { localAttacks } from './local-attacks.ts'
import { probe } from './probe.ts'
import { rogueAttack } from './rogue-attack.ts'
import { Watch } from './watch.ts'

/** How real processes are attacked. */
export interface LiveRun {
  readonly seed: number
  /** Milliseconds since the epoch. One round of everything takes place whatever it says. */
  readonly until: number
  readonly findings: Findings
  readonly say: (text: string) => void
}

const attacks: readonly Attack[] = [...linkAttacks, ...httpAttacks, ...localAttacks, rogueAttack]
/** An attack is over by then, or something hangs. */
const attackMs = 60_000
const calmMs = 3_000

/** Attacks real processes, while others are served by them. What was sent, and the most that one of them grew by. */
export async function runLive({
  seed,
  until,
  findings,
  say,
}: LiveRun): Promise<{ readonly socketFrames: number; readonly leakMb: number }> {
  const ground = await openGround()
  const before = findings.all.length
  const abort = new AbortController()
  try {
    const probing = probe(ground, findings, abort.signal)
    const played = await play(ground, { seed, until, findings, say })
    abort.abort()
    await probing
    return played
  } finally {
    abort.abort()
    await ground.close(findings.all.length > before)
  }
}

async function play(ground: Ground, { seed, until, findings, say }: LiveRun): Promise<{ socketFrames: number; leakMb: number }> {
  const thrown = dice(seed)
  let socketFrames = 0
  const round = async (isOver: () => boolean): Promise<void> => {
    for (const attack of thrown.shuffled(attacks)) {
      if (isOver()) return
      say(`${attack.name} · ${socketFrames} sent · ${findings.all.length} findings`)
      const late = await Promise.race([
        attack.run(ground, thrown, () => (socketFrames += 1)).then(() => false),
        delay(attackMs, true, { ref: false }),
      ])
      if (late) findings.add({ where: attack.name, kind: 'hang', detail: `took more than ${attackMs} ms` })
      const harm = await attack.harm?.(ground)
      if (harm !== undefined) findings.add({ where: attack.name, kind: 'harm', detail: harm })
    }
  }
  // What is made once and kept is made in the first round.
  await round(() => false)
  await delay(calmMs)
  const watch = new Watch(ground.watched(), findings)
  while (Date.now() < until) await round(() => Date.now() >= until)
  await delay(calmMs)
  const { leakMb, lines } = await watch.end()
  for (const line of lines) say(line)
  return { socketFrames, leakMb }
}
