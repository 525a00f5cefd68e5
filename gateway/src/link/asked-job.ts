import { limits, problemText, type ErrorCode } from '@platen/protocol'
import { kindIn } from '../domain/catalog.ts'
import type { Job } from '../domain/job.ts'
import type { LinkParts } from './link-parts.ts'
import type { Peer } from './peer.ts'

/** What is wrong with a job that an agent asks for. */
export function problemOf(
  { id, kind, input }: Pick<Job, 'id' | 'kind' | 'input'>,
  { agent }: Pick<Peer, 'agent'>,
  { catalog, log }: Pick<LinkParts, 'catalog' | 'log'>,
): ErrorCode | undefined {
  if (!kindIn(catalog, kind)) return 'kind.unknown'
  if (jsonBytes(input) > limits.job.inputBytes) return 'input.too_large'
  if (catalog.inputs[kind]?.(input)) return undefined
  log.warn('link:job_refused', { agentId: agent.id, jobId: id, problem: problemText(catalog.inputs[kind]?.errors) })
  return 'input.invalid'
}

/** What a value that came as JSON takes as such. */
export function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value))
}
