import { PlatenError, type DocumentPolicy, type ErrorCode, type Kind, type WorkerRole } from '@platen/protocol'
import type { Origin } from './run.ts'

/** Why something will not be done, as an error of the table. */
export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  /** When it may be asked again; absent means never as it is. */
  readonly retryAfterMs?: number
}

/** What a request for a job says of itself before its input is looked at. */
export interface Request {
  readonly kind: string
  readonly origin: Origin
  readonly attempt: number
  readonly epoch: number
}

/**
 * Whether a job may run at this site, by the policy file alone: nothing that comes with a request can widen it. Jobs of
 * the platform have a lease to fence, jobs made at the site have none, and neither may pass for the other.
 */
export function judge(policy: DocumentPolicy, kinds: ReadonlyMap<string, Kind>, request: Request): Refusal | undefined {
  if (!kinds.has(request.kind)) return refusal('kind.unknown', `This agent does not know ${request.kind}.`)
  if (!policy.kinds.includes(request.kind)) return refusal('policy.denied', `It does not list ${request.kind}.`)
  const leased = request.attempt >= 1 && request.epoch >= 1
  const unleased = request.attempt === 0 && request.epoch === 0
  if (request.origin === 'platform' ? !leased : !unleased) return refusal('input.invalid', 'The fence does not fit the origin.')
  return undefined
}

/** A refusal for good, with the table's own words for its code and what is particular about it. */
export function refusal(code: ErrorCode, detail: string): Refusal {
  return { code, message: new PlatenError(code, detail).message }
}

/** The kinds that this build knows and the policy file allows, in the build's order. */
export function allowedKinds(policy: DocumentPolicy, kinds: ReadonlyMap<string, Kind>): readonly Kind[] {
  return [...kinds.values()].filter(kind => policy.kinds.includes(kind.name))
}

/** The Unix user of a role; nginx's work falls to the site's user where the policy file names no nginx. */
export function userOfRole(policy: DocumentPolicy, role: WorkerRole): string {
  switch (role) {
    case 'agent':
      return policy.agent.user
    case 'site':
      return policy.site.user
    case 'nginx':
      return policy.nginx?.user ?? policy.site.user
  }
}

/** Stands where a worker may not know a secret; long enough for the schema, and of no use to anyone. */
export const withheld = 'withheld-from-workers-of-the-site'

/**
 * The policy as a worker of a role may see it. PHP of the site runs as the same user as workers of the role `site` and
 * can read their memory, so they get no secret that PHP does not have: neither nginx's refresh secret nor those of the
 * signed loopback requests, which only the agent's main process makes.
 */
export function policyForRole(policy: DocumentPolicy, role: WorkerRole): DocumentPolicy {
  const { tcp: _tcp, ...agent } = policy.agent
  const php = 'http' in policy.php ? { ...policy.php, secret: withheld } : policy.php
  const seen = { ...policy, agent, php }
  if (role !== 'site' || !policy.nginx) return seen
  const { refreshSecret: _secret, ...nginx } = policy.nginx
  return { ...seen, nginx }
}
