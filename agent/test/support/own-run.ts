import { newId } from '@platen/protocol'
import type { RunIdentity } from '../../src/domain/run.ts'

/** A purge that the owner has asked for at the site. */
export function ownPurge(jobId: string = newId('job')): RunIdentity {
  return { jobId, kind: 'cache.purge', input: {}, origin: 'owner', attempt: 0, epoch: 0, runMs: 1, createdAt: 1 }
}
