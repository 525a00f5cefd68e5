import type { LocalStatus } from '@platen/protocol'
import { readPolicy } from '../config/policy-file.ts'
import { controlClient } from './control-client.ts'

/** `platen-agent status`: what the running agent says of itself. @throws PlatenError agent.unavailable, privilege.missing */
export async function statusCommand(policyPath: string, json: boolean): Promise<void> {
  const status = await controlClient(readPolicy(policyPath).agent.control).status()
  process.stdout.write(json ? `${JSON.stringify(status)}\n` : `${statusText(status)}\n`)
}

/** A status for people: one fact a line. */
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
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}
