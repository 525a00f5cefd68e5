/** How fast a gateway takes an agent for lost. */
export interface Pace {
  readonly heartbeatMs: number
  readonly leaseMs: number
}

const paces: Readonly<Record<string, Pace>> = {
  /** As in production. */
  usual: { heartbeatMs: 30_000, leaseMs: 90_000 },
  /** For runs in which agents are lost every few seconds. */
  quick: { heartbeatMs: 2_000, leaseMs: 12_000 },
}

/** The pace of a name; the usual one without. */
export function pace(name = 'usual'): Pace {
  const known = paces[name]
  if (!known) throw new Error(`${name} is no pace: one of ${Object.keys(paces).join(', ')} is meant`)
  return known
}
