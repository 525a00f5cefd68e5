import { terminalJson, terminalText, type LocalOwner, type LocalStatus } from '@platen/protocol'
import { readPolicy } from '../config/policy-file.ts'
import { controlClient } from './control-client.ts'

/** `platen-agent status`: what the running agent says of itself. @throws PlatenError agent.unavailable, privilege.missing */
export async function statusCommand(policyPath: string, json: boolean): Promise<void> {
  const status = await controlClient(readPolicy(policyPath).agent.control).status()
  process.stdout.write(json ? `${terminalJson(status)}\n` : `${statusText(status)}\n`)
}

/** A status for people: one fact a line, whatever the gateway said when it closed. */
export function statusText(status: LocalStatus): string {
  const { state, since, lastClose, refused = 0, keyChanging = false } = status.link
  const link = state === 'none' ? 'no gateway (not enrolled)' : `${state} since ${new Date(since).toISOString()}`
  const rows: [string, string][] = [
    ['version', status.version],
    ['started', new Date(status.startedAt).toISOString()],
    ['gateway', lastClose === undefined ? link : `${link}; last closed: ${lastClose}`],
    ...(refused === 0 ? [] : ([['refused from the gateway', String(refused)]] as [string, string][])),
    ...(keyChanging ? ([['key', 'a new one waits for the gateway']] as [string, string][]) : []),
    ['agent', status.agentId ?? '-'],
    ['site', status.siteId ?? '-'],
    ['kinds', status.kinds.map(kind => kind.name).join(', ')],
    ['running', String(status.running)],
    ['waiting for the gateway', String(status.waiting)],
    ['journal', journalText(status.journal)],
    ...(status.local && status.local.refused > 0 ? ([['refused from PHP', String(status.local.refused)]] as [string, string][]) : []),
    ...(status.workers && status.workers.refused > 0
      ? ([['refused from strangers as workers', String(status.workers.refused)]] as [string, string][])
      : []),
    ['owner’s say', ownerText(status.owner)],
    ['heavy jobs today', usageText(status.owner)],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${terminalText(value)}`).join('\n')
}

function ownerText({ wishes, bounds, quietUntil, localTime }: LocalOwner): string {
  const now = Date.now()
  const words = [
    quietUntil === undefined ? '' : `quiet until ${new Date(quietUntil).toISOString()} (${localTime} there now)`,
    wishes.quietHours.length + (bounds.quietHours?.hours.length ?? 0) > 0 && quietUntil === undefined ? 'not quiet now' : '',
    wishes.vetoed.length > 0 ? `never ${wishes.vetoed.join(', ')}` : '',
    ...wishes.deferred.filter(({ until }) => until > now).map(({ kind, until }) => `no ${kind} before ${new Date(until).toISOString()}`),
  ].filter(word => word !== '')
  return words.length === 0 ? 'nothing' : words.join('; ')
}

function usageText({ wishes, bounds, usage }: LocalOwner): string {
  const of = (used: number, unit: string, ...most: (number | undefined)[]): string => {
    const least = Math.min(...most.map(one => one ?? Infinity))
    return Number.isFinite(least) ? `${used} of ${least} ${unit}` : `${used} ${unit}`
  }
  const cpu = of(usage.cpuSeconds, 's CPU', wishes.cpuSecondsPerDay, bounds.cpuSecondsPerDay)
  return `${cpu}, ${of(usage.diskBytes, 'bytes written', wishes.diskBytesPerDay, bounds.diskBytesPerDay)}`
}

function journalText({ problem, lostAt }: LocalStatus['journal']): string {
  const words = [problem ?? 'open', lostAt === undefined ? '' : `an older one was lost at ${new Date(lostAt).toISOString()}`]
  return words.filter(word => word !== '').join('; ')
}
