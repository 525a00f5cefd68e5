/** Every route that the gateway promises: method, path, scope, and the code where the thing of the path is not there. */
export const routesTable: readonly (readonly [method: string, path: string, scope: string, missing?: string])[] = [
  ['POST', '/v1/sites', 'admin'],
  ['GET', '/v1/sites', 'read'],
  ['GET', '/v1/sites/:id', 'read', 'site.not_found'],
  ['POST', '/v1/sites/:id/enrolment', 'admin', 'site.not_found'],
  ['POST', '/v1/sites/:id/cdn', 'admin', 'site.not_found'],
  ['GET', '/v1/sites/:id/events', 'read', 'site.not_found'],
  ['GET', '/v1/agents', 'read'],
  ['GET', '/v1/agents/:id', 'read', 'agent.not_found'],
  ['POST', '/v1/agents/:id/revoke', 'admin', 'agent.not_found'],
  ['POST', '/v1/agents/:id/pool', 'admin', 'agent.not_found'],
  ['POST', '/v1/agents/:id/rotate', 'admin', 'agent.not_found'],
  ['POST', '/v1/tokens', 'admin'],
  ['GET', '/v1/tokens', 'admin'],
  ['POST', '/v1/tokens/:id/revoke', 'admin', 'token.not_found'],
  ['POST', '/v1/jobs', 'dispatch'],
  ['POST', '/v1/jobs:batch', 'dispatch'],
  ['GET', '/v1/jobs', 'read'],
  ['GET', '/v1/jobs/:id', 'read', 'job.not_found'],
  ['POST', '/v1/jobs/:id/cancel', 'dispatch', 'job.not_found'],
  ['GET', '/v1/jobs/:id/events', 'read', 'job.not_found'],
  ['GET', '/v1/kinds', 'read'],
  ['GET', '/v1/audit', 'admin'],
  ['POST', '/v1/agents/enrol', 'public'],
  ['GET', '/healthz', 'public'],
  ['GET', '/readyz', 'public'],
]

const ranks = ['read', 'dispatch', 'admin'] as const

/** The scopes that a route refuses. */
export function scopesBelow(scope: string): readonly (typeof ranks)[number][] {
  return ranks.slice(
    0,
    Math.max(
      0,
      ranks.findIndex(rank => rank === scope),
    ),
  )
}
