import { setTimeout as delay } from 'node:timers/promises'
import { LabError, type Processes } from '@platen/lab'

const startMs = 60_000
const againMs = 250

/**
 * Starts a process as a supervisor does: again where it ends, since what it needs (its journal's lock, its store) may be missing for a
 * moment longer. @throws LabError what it ended with last
 */
export async function supervised(processes: Processes, name: string, start: () => Promise<void>): Promise<void> {
  await persistently(startMs, async () => {
    await processes.end(name)
    await start()
  })
}

/** Does what needs somebody who may be away for a moment, again until it has come about. @throws what it failed with last */
export async function persistently<Outcome>(forMs: number, act: () => Promise<Outcome>): Promise<Outcome> {
  for (const end = performance.now() + forMs; ; await delay(againMs)) {
    try {
      return await act()
    } catch (error) {
      if (!isPassing(error) || performance.now() > end) throw error
    }
  }
}

/** Whether a program, or the API, did not come to its answer. */
function isPassing(error: unknown): boolean {
  return error instanceof LabError || error instanceof TypeError || error instanceof DOMException
}
