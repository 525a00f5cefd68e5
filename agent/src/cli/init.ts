import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { PlatenError, terminalText, type DocumentPolicy } from '@platen/protocol'
import { readPolicy } from '../config/policy-file.ts'
import { usualPolicyPath } from '../domain/usual-paths.ts'
import { init, type InitParts, type InitReport } from '../init/init.ts'
import { refreshLines } from '../init/nginx-site.ts'
import type { OtherPolicy } from '../init/redis-place.ts'
import { undo } from '../init/undo.ts'
import { requireAccount } from '../launcher/accounts.ts'
import { prepareSpool } from '../launcher/folders.ts'
import { phpChannel } from '../site/php-channel.ts'
import { systemClock } from '../system/system-clock.ts'
import { controlClient } from './control-client.ts'

/** What the person at the keyboard said. */
export interface InitArguments {
  readonly site?: string
  readonly url?: string
  readonly fpm?: string
  readonly nginx?: string
  readonly redis?: string
  readonly redisPrefix?: string
  readonly cdn?: string
  readonly policy: string
  readonly undo?: true
  readonly json?: true
}

/** The plugin beside the agent, both in the repository and in a release. */
const pluginSource = join(import.meta.dirname, '..', '..', '..', 'wp-plugin')

const parts: Omit<InitParts, 'present' | 'others'> = {
  pluginSource,
  phpChannel: policy => phpChannel(policy, systemClock),
  makeSpool: policy => prepareSpool(policy, requireAccount(policy.agent.user), requireAccount(policy.site.user)),
  progress: text => process.stderr.write(`${terminalText(text)}\n`),
}

/**
 * `platen-agent init`: puts Platen on a site, or takes it off with `--undo`.
 * @throws PlatenError input.invalid, site.locked while an agent runs, and those of init and undo
 */
export async function initCommand({ policy, undo: takeBack, json, ...options }: InitArguments): Promise<void> {
  const present = existsSync(policy) ? readPolicy(policy) : undefined
  if (takeBack) {
    await takeOff(policy, present)
    process.stdout.write(json ? `${JSON.stringify({ removed: true })}\n` : 'Platen is off this site.\n')
    return
  }
  if (options.site === undefined) throw new PlatenError('input.invalid', '--site FOLDER is missing.', { field: 'site' })
  if (options.url !== undefined && !URL.canParse(options.url)) throw new PlatenError('input.invalid', '--url is no URL.', { field: 'url' })
  const report = await init({ ...options, site: options.site, policyFile: policy }, { ...parts, present, others: otherPolicies(policy) })
  process.stdout.write(json ? `${JSON.stringify(forPrograms(report))}\n` : forPeople(report))
}

async function takeOff(path: string, policy: DocumentPolicy | undefined): Promise<void> {
  if (!policy)
    throw new PlatenError('policy.invalid', `There is no ${resolve(path)}, so there is nothing to take back.`, { field: 'policy' })
  if (await runs(policy)) throw new PlatenError('site.locked', 'Stop the agent first.')
  await undo(path, policy, parts)
}

async function runs({ agent }: DocumentPolicy): Promise<boolean> {
  try {
    await controlClient(agent.control).status()
    return true
  } catch (error) {
    if (error instanceof PlatenError && error.code === 'agent.unavailable') return false
    throw error
  }
}

/** The policy files beside this one: a machine's sites have theirs in one folder. What is no policy file names no site. */
function otherPolicies(path: string): readonly OtherPolicy[] {
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter(name => name.endsWith('.json') && name !== basename(path))
  return files.flatMap(name => {
    const file = join(folder, name)
    try {
      return [{ file, policy: readPolicy(file) }]
    } catch (error) {
      if (error instanceof PlatenError) return []
      throw error
    }
  })
}

function forPrograms({ policyFile, policy, missing, refreshLinesWanted }: InitReport): Record<string, unknown> {
  const lines = refreshLinesWanted ? linesOf(policy) : undefined
  return { policyFile, site: policy.site, missing, ...(lines ? { nginx: lines } : {}) }
}

function linesOf({ nginx }: DocumentPolicy): { readonly http: string; readonly location: string } | undefined {
  return nginx?.refreshSecret === undefined ? undefined : refreshLines(nginx.refreshSecret)
}

function forPeople({ policyFile, policy, missing, refreshLinesWanted }: InitReport): string {
  const lines = refreshLinesWanted ? linesOf(policy) : undefined
  const option = policyFile === usualPolicyPath ? '' : ` --policy ${policyFile}`
  return [
    `Platen is on ${policy.site.url}: ${policyFile}, plugin active, PHP runs as ${policy.site.user}.`,
    ...(missing.length > 0 ? ['', 'Not found:', ...missing.map(line => `  ${terminalText(line)}`)] : []),
    ...(lines
      ? [
          '',
          'So that purged pages are replaced and never missing, add to the http block of nginx',
          indented(lines.http),
          'and to the location that passes PHP on',
          indented(lines.location),
          'then reload nginx. Until then purged pages are removed from its cache instead.',
        ]
      : []),
    '',
    'Next:',
    `  platen-agent doctor${option}`,
    `  platen-agent run${option}`,
    `  platen-agent exec health.report --input '{"sections":"all"}'${option}`,
    '',
  ].join('\n')
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
