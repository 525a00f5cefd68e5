import { setTimeout as delay } from 'node:timers/promises'
import { LabError } from '../lab-error.ts'

const pollMs = 25

/** Asks `condition` every 25 ms until it says true; throws `lab.timeout` naming `what` after `deadlineMs`. A condition that throws counts as "not yet". */
export async function waitUntil(what: string, deadlineMs: number, condition: () => Promise<boolean> | boolean): Promise<void> {
  const until = performance.now() + deadlineMs
  let last: unknown
  for (;;) {
    try {
      if (await condition()) return
    } catch (error) {
      if (error instanceof LabError) throw error
      last = error
    }
    if (performance.now() > until) {
      throw new LabError('lab.timeout', `Waited ${deadlineMs} ms for ${what}`, 'Look at the log files of the site’s directory.', {
        cause: last,
      })
    }
    await delay(pollMs)
  }
}
