import { setTimeout as delay } from 'node:timers/promises'
import { LabError, type Processes } from '@platen/lab'

const startMs = 60_000
const againMs = 250

/**
 * Starts a process as a supervisor does: again where it ends, since what it needs (its journal's lock, its store) may be missing for a
 * moment longer. @throws LabError what it ended with last
 */
export async function supervised(processes: Processes, name: string, start: () => Promise<void>): Promise<void> {
  for (const end = performance.now() + startMs; ; await delay(againMs)) {
    await processes.end(name)
    try {
      return await start()
    } catch (error) {
      if (!(error instanceof LabError) || performance.now() > end) throw error
    }
  }
}
