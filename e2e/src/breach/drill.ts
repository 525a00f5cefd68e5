import { LabError } from '@platen/lab'
import { judged, type Attacker, type Attempt, type Tried } from './attempt.ts'
import { agentDrill } from './drills/agent.ts'
import { gatewayDrill } from './drills/gateway.ts'
import { neighbourDrill } from './drills/neighbour.ts'
import { pluginDrill } from './drills/plugin.ts'
import { openField, type Field } from './field.ts'

/** What is tried, by who holds what. */
export const drills: Readonly<Record<Attacker, readonly Attempt[]>> = {
  gateway: gatewayDrill,
  agent: agentDrill,
  plugin: pluginDrill,
  neighbour: neighbourDrill,
}
const attemptMs = 40_000

/** Holds one drill on a stack of its own, which is gone afterwards. @throws LabError where there can be no drill */
export async function holdDrill(attacker: Attacker, say: (tried: Tried) => void): Promise<readonly Tried[]> {
  const field = await openField()
  const all: Tried[] = []
  try {
    for (const attempt of drills[attacker]) {
      const tried = await tryOne(attempt, field)
      all.push(tried)
      say(tried)
    }
    return all
  } finally {
    await field.close()
  }
}

async function tryOne(attempt: Attempt, field: Field): Promise<Tried> {
  return judged(attempt, await Promise.race([attempt.run(field), late(attempt.attempt)]))
}

/** Every attempt has an end. */
function late(what: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    const error = new LabError('lab.timeout', `The attempt to ${what} took longer than ${attemptMs} ms`, 'Hold the drill again.')
    setTimeout(() => reject(error), attemptMs).unref()
  })
}
