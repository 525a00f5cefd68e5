import type { Server } from 'node:http'
import { limits } from '@platen/protocol'
import type { Hint } from '../domain/hint.ts'
import { noMetrics, type Metrics } from '../ports/metrics.ts'
import { Admission, type AdmissionRates, type Load } from './admission.ts'
import { AgentFrames } from './agent-frames.ts'
import { Beats } from './beats.ts'
import { CdnRequests } from './cdn-requests.ts'
import { clientAddress } from './client-address.ts'
import { Dispatcher } from './dispatcher.ts'
import { drain, type DrainOptions } from './drain.ts'
import { KindLists } from './kind-lists.ts'
import type { LinkParts } from './link-parts.ts'
import { quietLog } from './quiet-log.ts'
import { Registry, type AgentName } from './registry.ts'
import { Rounds } from './rounds.ts'
import { Session } from './session.ts'
import { SiteJobs, type CreatedBounds } from './site-jobs.ts'
import { Spared } from './spared.ts'
import { StateReports } from './state-reports.ts'
import { upgrader } from './upgrade.ts'

/** What the link needs of whoever composes a gateway. */
export interface LinkOptions extends Omit<LinkParts, 'heartbeatMs' | 'leaseMs' | 'metrics'> {
  /** The server whose `upgrade` events are answered. */
  readonly server: Server
  readonly heartbeatMs?: number
  readonly leaseMs?: number
  readonly metrics?: Metrics
  readonly rates?: Partial<AdmissionRates>
  readonly created?: Partial<CreatedBounds>
  /** Addresses and networks of proxies that may say in X-Forwarded-For who asks. */
  readonly trustProxy?: readonly string[]
}

/** The agents' side of a gateway. */
export interface GatewayLink {
  /** Agents that are connected. */
  connected(): number
  /** Why an agent that is connected here gets no jobs: two live processes of it hold one key. */
  heldBecause(agent: Pick<AgentName, 'id'>): 'duplicate' | undefined
  /** Takes no more agents, sends those that are here away with a slot each, and ends every socket. */
  drain(options?: DrainOptions): Promise<void>
}

const usualRates: AdmissionRates = {
  upgradesPerSecond: 200,
  refusalsPerMinute: 120,
  upgradesPerAgent: 1,
  connections: 50_000,
  unproven: 2_000,
}

/** Starts serving agents on a server. */
export function openLink({
  server,
  heartbeatMs = limits.link.heartbeatMs,
  leaseMs = limits.job.leaseMs,
  metrics = noMetrics,
  rates = {},
  created = {},
  trustProxy = [],
  ...rest
}: LinkOptions): GatewayLink {
  const parts: LinkParts = { ...rest, log: quietLog(rest.log, rest.clock, metrics), metrics, heartbeatMs, leaseMs }
  const admitting = { ...usualRates, ...rates }
  const registry = new Registry(parts)
  const dispatcher = new Dispatcher(parts, registry)
  const sessions = new Set<Session>()
  const ending = new Set<Session>()
  const shared = {
    parts,
    registry,
    dispatcher,
    frames: new AgentFrames(parts, new SiteJobs(parts, { ...limits.created, ...created })),
    beats: new Beats(parts),
    reports: new StateReports(parts),
    cdnRequests: new CdnRequests(parts),
    kindLists: new KindLists(parts.catalog),
    spared: new Spared(leaseMs),
    sessions,
    ending,
  }
  let draining = false
  const load = (): Load => ({ connections: sessions.size, unproven: sessions.size - registry.size })
  metrics.gauge('link_sessions', () => registry.size)
  metrics.gauge('link_unproven', () => load().unproven)
  metrics.gauge('link_duplicate_agents', () => registry.duplicates)
  const onUpgrade = upgrader({
    parts,
    admission: new Admission(admitting, parts.clock),
    addressOf: clientAddress(trustProxy),
    isDraining: () => draining,
    load,
    admitted: (agent, socket) => void new Session(agent, socket, shared),
  })
  const unsubscribe = parts.bus.subscribe(hint => heed(hint, registry, dispatcher))
  const rounds = new Rounds(parts, shared)
  server.on('upgrade', onUpgrade)
  return {
    connected: () => registry.size,
    heldBecause: agent => (registry.isDuplicate(agent) ? 'duplicate' : undefined),
    drain: async options => {
      draining = true
      dispatcher.stop()
      rounds.stop()
      unsubscribe()
      await drain({ sessions, ending }, admitting.upgradesPerSecond, parts, options)
      server.off('upgrade', onUpgrade)
    },
  }
}

/** What a hint means to the sessions that are here. */
function heed(hint: Hint, registry: Registry, dispatcher: Dispatcher): void {
  switch (hint.type) {
    case 'job queued': {
      const sessions = registry.at(hint.place)
      // It may have been claimed in the commit that made it.
      if (hint.jobId !== undefined && sessions.some(session => session.heldJob(hint.jobId as string) !== undefined)) return
      return dispatcher.wakeSome(sessions)
    }
    case 'job cancelled': {
      const { jobId, place, agentId, attempt, epoch } = hint
      // A site has no agent but one.
      const isMeant = ({ agent }: Session): boolean => (agentId === undefined ? agent.siteId === place : agent.id === agentId)
      // One that is not open yet is told when it is.
      for (const session of registry.at(place).filter(isMeant))
        if (session.isOpen) session.send({ type: 'job.cancel', jobId, attempt, epoch, reason: 'cancelled' })
      return
    }
    case 'agent revoked':
      return everySession(registry, hint.agentId, session => session.close(4003))
    case 'agent changed':
    case 'agent rotation':
      // A request that is repeated comes with its hint again, maybe when the agent has had its new key for long.
      return everySession(registry, hint.agentId, session => session.hintOfChange())
    case 'site event':
    case 'job progress':
  }
}

function everySession(registry: Registry, agentId: string, act: (session: Session) => void): void {
  for (const session of [...registry.all()].filter(({ agent }) => agent.id === agentId)) act(session)
}
