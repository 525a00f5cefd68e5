import type { ServerResponse } from 'node:http'
import type { Run } from '../domain/run.ts'
import type { Jobs } from '../ports/jobs.ts'
import { jobView } from './job-view.ts'

/** Writes the job as one line of JSON now and with each news of it; the last line is the ended job with its result. */
export function followJob(first: Run, jobs: Jobs, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
  return new Promise(resolve => {
    const write = (run: Run): void => {
      // A reader that does not keep up misses progress; the end is always written.
      if (run.state === 'ended' || !response.writableNeedDrain) {
        response.write(`${JSON.stringify(jobView(run, jobs.progressOf(run.jobId), true))}\n`)
      }
      if (run.state === 'ended') response.end()
    }
    const unsubscribe = jobs.subscribe(({ run }) => {
      if (run.jobId === first.jobId) write(run)
    })
    response.once('close', () => {
      unsubscribe()
      resolve()
    })
    write(first)
  })
}
