import type { Bench } from '../bench.ts'
import { dispatchLatency } from './dispatch-latency.ts'
import { bullmqThroughput, platenThroughput } from './dispatch-throughput.ts'

const usualJobs = 5_000

/** How many jobs a second go from the API to a stored result, and how long one takes. */
export const dispatch: Bench = {
  description: 'jobs from the API to their stored result, beside BullMQ behind the same route',
  budgets: {
    jobsPerSecond: { least: 1, times: 'bullmqJobsPerSecond' },
    batchJobsPerSecond: { least: 2, times: 'bullmqJobsPerSecond' },
    p50Ms: { most: 6, times: 'fsyncP50Ms' },
    p99Ms: { most: 10, times: 'fsyncP99Ms' },
  },
  run: async ({ jobs = usualJobs }) => {
    const bullmq = await bullmqThroughput(jobs)
    const { single, batch } = await platenThroughput(jobs)
    return {
      jobsPerSecond: single.jobsPerSecond,
      bullmqJobsPerSecond: bullmq.jobsPerSecond,
      batchJobsPerSecond: batch.jobsPerSecond,
      ...(await dispatchLatency()),
      cpuMsPerJob: single.cpuMsPerJob,
      bullmqCpuMsPerJob: bullmq.cpuMsPerJob,
      batchCpuMsPerJob: batch.cpuMsPerJob,
    }
  },
}
