import { removeFolder, temporaryFolder } from '@platen/lab'
import type { Bench } from '../bench.ts'
import { fsyncTimes } from '../fsync-probe.ts'
import { bullmqThroughput, platenThroughput } from './dispatch-throughput.ts'

const usualJobs = 5_000

/** How many jobs a second go from the API to a stored result, and how long one takes. */
export const dispatch: Bench = {
  description: 'jobs from the API to their stored result, beside BullMQ behind the same route',
  budgets: { jobsPerSecond: { least: 1, times: 'bullmqJobsPerSecond' }, batchJobsPerSecond: { least: 2, times: 'bullmqJobsPerSecond' } },
  run: async ({ jobs = usualJobs }) => {
    const bullmqJobsPerSecond = await bullmqThroughput(jobs)
    const { single, batch } = await platenThroughput(jobs)
    const folder = await temporaryFolder()
    const fsync = fsyncTimes(folder)
    await removeFolder(folder)
    return {
      jobsPerSecond: single,
      bullmqJobsPerSecond,
      batchJobsPerSecond: batch,
      fsyncP50Ms: fsync.p50Ms,
      fsyncP99Ms: fsync.p99Ms,
    }
  },
}
