/** Composition root of the gateway. */
import { mkdirSync } from 'node:fs'
import { kinds, limits } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { resultValidators } from '@platen/protocol/validators/results'
import { openBrokers } from './cdn/brokers.ts'
import { readCdnFile } from './cdn/cdn-file.ts'
import { memoryBus } from './bus/memory-bus.ts'
import type { Catalog } from './domain/catalog.ts'
import { gatewayConfig, type GatewayConfig, type GatewayOptions } from './config.ts'
import { invite, redeem } from './enrolment/enrolment.ts'
import { usualRates, type RequestRates } from './http/request-rate.ts'
import { httpServer } from './http/server.ts'
import { latestProgress } from './latest-progress.ts'
import { openLink, type GatewayLink } from './link/link.ts'
import { quietLog } from './link/quiet-log.ts'
import { serveMetrics } from './metrics/metrics-server.ts'
import { prometheusMetrics } from './metrics/prometheus.ts'
import type { Log } from './ports/log.ts'
import { signerClient } from './signer/signer-client.ts'
import { startRetention } from './retention.ts'
import { openStore } from './store-choice.ts'
import { storeFailures } from './store-failures.ts'
import { pinoLog } from './system/pino-log.ts'
import { systemClock } from './system/system-clock.ts'

/** What may differ between compositions: the product's own and lab's. */
export interface GatewayComposition {
  readonly catalog: Catalog
  readonly heartbeatMs: number
  readonly leaseMs: number
  /** What API clients may ask for. */
  readonly rates: RequestRates
}

const dayMs = 24 * 3_600_000

const product: GatewayComposition = {
  catalog: { kinds, inputs: inputValidators, results: resultValidators },
  heartbeatMs: limits.link.heartbeatMs,
  leaseMs: limits.job.leaseMs,
  rates: usualRates,
}

/** Runs a gateway until a signal ends it; a second signal does not wait. Answers the exit code. @throws PlatenError input.invalid, port.in_use, store.unavailable */
export async function runGateway(options: GatewayOptions, composition: GatewayComposition = product): Promise<number> {
  const config = gatewayConfig(options)
  const log = pinoLog(config.logLevel)
  await serve(config, composition, log)
  log.info('gateway:stopped')
  return 0
}

/** Closes what it opened, the last first: when it is asked to stop, and where something can't be opened. */
async function serve(config: GatewayConfig, { catalog, heartbeatMs, leaseMs, rates }: GatewayComposition, log: Log): Promise<void> {
  await using opened = new AsyncDisposableStack()
  const clock = systemClock
  mkdirSync(config.data, { recursive: true, mode: 0o700 })
  const metrics = prometheusMetrics()
  const quiet = quietLog(log, clock, metrics)
  const report = storeFailures(quiet, metrics)
  const store = opened.adopt(await openStore(config, { kinds: catalog.kinds, random: () => clock.random(), report }), it => it.close())
  const bus = memoryBus(log)
  const signer = opened.adopt(signerClient(config.signerSocket), it => it.close())
  const brokers = await openBrokers(config.cdnFile === undefined ? [] : readCdnFile(config.cdnFile), clock, quiet)
  opened.defer(() => brokers.close())
  const enrolment = { agents: store.agents, bus, gateway: config.name, now: () => clock.now() }
  if (config.metrics) opened.adopt(await serveMetrics(metrics, config.metrics.host, config.metrics.port), it => it.close())
  const http = httpServer({
    store,
    bus,
    clock,
    log: quiet,
    metrics,
    progress: latestProgress(bus),
    catalog,
    heldBecause: agent => link.heldBecause(agent),
    mayUseCdn: (accountId, name) => brokers.mayUse(accountId, name),
    trustProxy: config.trustProxy,
    rates,
    invite: (site, record) => invite(enrolment, site, record),
    redeem: request => redeem(enrolment, request),
  })
  opened.defer(() => http.close())
  const link: GatewayLink = openLink({
    server: http.server,
    store,
    bus,
    signer,
    clock,
    log,
    metrics,
    gateway: config.name,
    catalog,
    cdn: brokers,
    heartbeatMs,
    leaseMs,
    trustProxy: config.trustProxy,
  })
  opened.defer(() => link.drain())
  // Whoever looks sees it before the agents are sent away.
  opened.defer(() => http.drain())
  opened.defer(startRetention({ jobs: store.jobs, clock, log }, config.keepDays * dayMs))
  const asked = firstSignal()
  const port = await http.listen(config.host, config.port)
  log.info('gateway:ready', { host: config.host, port, data: config.data })
  log.info('gateway:stopping', { signal: await asked })
  process.once('SIGINT', () => process.exit(1))
  process.once('SIGTERM', () => process.exit(1))
}

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}
