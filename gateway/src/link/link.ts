import type { Server } from 'node:http'
import { limits } from '@platen/protocol'
import type { Hint } from '../domain/hint.ts'
import { Admission, type AdmissionRates } from './admission.ts'
import { AgentFrames } from './agent-frames.ts'
import { clientAddress } from './client-address.ts'
import { Dispatcher } from './dispatcher.ts'
import { drain, type DrainOptions } from './drain.ts'
import type { LinkParts } from './link-parts.ts'
import { Registry } from './registry.ts'
import { Rounds } from './rounds.ts'
import { Session } from './session.ts'
import { upgrader } from './upgrade.ts'

/** What the link needs of whoever composes a gateway. */
export interface LinkOptions extends Omit<LinkParts, 'heartbeatMs' | 'leaseMs'> {
  /** The server whose `upgrade` events are answered. */
  readonly server: Server
  readonly heartbeatMs?: number
  readonly leaseMs?: number
  readonly rates?: Partial<AdmissionRates>
  /** Addresses and networks of proxies that may say in X-Forwarded-For who asks. */
  readonly trustProxy?: readonly string[]
}

/** The agents' side of a gateway. */
export interface GatewayLink {
  /** Agents that are connected. */
  connected(): number
  /** Takes no more agents, sends those that are here away with a slot each, and ends every socket. */
  drain(options?: DrainOptions): Promise<void>
}

const usualRates: AdmissionRates = { upgradesPerSecond: 200, refusalsPerMinute: 120 }

/** Starts serving agents on a server. */
export function openLink({
  server,
  heartbeatMs = limits.link.heartbeatMs,
  leaseMs = limits.job.leaseMs,
  rates = {},
  trustProxy = [],
  ...rest
}: LinkOptions): GatewayLink {
  const parts: LinkParts = { ...rest, heartbeatMs, leaseMs }
  const admitting = { ...usualRates, ...rates }
  const registry = new Registry(parts.log)
  const dispatcher = new Dispatcher(parts, registry)
  const shared = { parts, registry, dispatcher, frames: new AgentFrames(parts) }
  const sessions = new Set<Session>()
  let draining = false
  const onUpgrade = upgrader({
    parts,
    admission: new Admission(admitting, parts.clock),
    addressOf: clientAddress(trustProxy),
    isDraining: () => draining,
    admitted: (agent, socket) => {
      const session = new Session(agent, socket, shared)
      sessions.add(session)
      socket.on('close', () => sessions.delete(session))
    },
  })
  const unsubscribe = parts.bus.subscribe(hint => heed(hint, registry, dispatcher))
  const rounds = new Rounds(parts, registry, dispatcher, sessions)
  server.on('upgrade', onUpgrade)
  return {
    connected: () => registry.size,
    drain: async options => {
      draining = true
      dispatcher.stop()
      rounds.stop()
      unsubscribe()
      await drain(sessions, admitting.upgradesPerSecond, parts, options)
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
      if (hint.jobId !== undefined && sessions.some(({ held }) => held.has(hint.jobId as string))) return
      for (const session of sessions) dispatcher.wake(session)
      return
    }
    case 'job cancelled': {
      const { jobId, attempt, epoch } = hint
      for (const session of registry.at(hint.place)) session.send({ type: 'job.cancel', jobId, attempt, epoch, reason: 'cancelled' })
      return
    }
    case 'agent revoked':
    case 'agent changed':
      for (const session of registry.all())
        if (session.agent.id === hint.agentId) session.close(hint.type === 'agent revoked' ? 4003 : 4013)
      return
    case 'site event':
    case 'job progress':
  }
}
