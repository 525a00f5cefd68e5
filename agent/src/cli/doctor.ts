import { spawnSync } from 'node:child_process'
import { errorRow, PlatenError, terminalJson, terminalText, toPlatenError, type DocumentPolicy, type LocalStatus } from '@platen/protocol'
import { policyIsOpen, readPolicy } from '../config/policy-file.ts'
import { checkCdn } from '../doctor/cdn-check.ts'
import { good, type Finding } from '../doctor/finding.ts'
import { checkPolicyFile, checkPrograms, checkState, checkUsers } from '../doctor/machine-checks.ts'
import { checkSpool } from '../doctor/spool-check.ts'
import { checkPlugin, checkRedis, checkRefresh } from '../doctor/site-checks.ts'
import { refreshLines } from '../init/nginx-site.ts'
import { findAccount } from '../launcher/accounts.ts'
import { cdnFetcher, pageFetcher } from '../site/fetcher.ts'
import { phpChannel } from '../site/php-channel.ts'
import { redisObjectCache } from '../site/redis.ts'
import { systemClock } from '../system/system-clock.ts'
import { controlClient } from './control-client.ts'

const marks = { good: '✔', weak: '!', failed: '✖', unknown: '?' } as const

/** `platen-agent doctor`: looks at everything that the agent needs; exit code 1 where something fails. */
export async function doctorCommand(policyPath: string, json: boolean): Promise<0 | 1> {
  const findings = await examine(policyPath)
  const failed = findings.some(finding => finding.state === 'failed')
  process.stdout.write(json ? `${terminalJson({ healthy: !failed, findings })}\n` : `${findings.map(findingText).join('\n')}\n`)
  return failed ? 1 : 0
}

function findingText({ check, state, detail, fix }: Finding): string {
  const help = fix === undefined || state === 'good' ? '' : `\n${fix.replaceAll(/^/gm, '    ')}`
  return `${marks[state]} ${check}: ${terminalText(detail)}${help}`
}

async function examine(policyPath: string): Promise<readonly Finding[]> {
  let policy: DocumentPolicy
  try {
    policy = readPolicy(policyPath)
  } catch (error) {
    const { code, message } = toPlatenError(error)
    return [{ check: 'policy file', state: 'failed', detail: message, fix: errorRow(code).hint }]
  }
  const account = findAccount(policy.agent.user)
  const lines = refreshLines(policy.nginx?.refreshSecret ?? 'SECRET')
  const refreshFix = `Add to the http block of nginx:\n${lines.http}\nand to the location that passes PHP on:\n${lines.location}`
  return [
    checkPolicyFile(policyPath, account && policyIsOpen(policyPath, account)),
    checkState(policy),
    checkUsers(policy, findAccount, process.getuid?.() === 0),
    checkPrograms(),
    checkSpool(policy, findAccount),
    ...(await agentFindings(policy)),
    checkFpm(policy),
    await checkPlugin(await phpChannel(policy, systemClock)),
    await checkRefresh(policy, pageFetcher(policy), refreshFix),
    await checkCdn(policy, cdnFetcher(policy)),
    await checkRedis(policy, policy.redis && redisObjectCache(policy.redis)),
  ]
}

/** The running agent, and its link. */
async function agentFindings({ agent }: DocumentPolicy): Promise<readonly Finding[]> {
  try {
    const status = await controlClient(agent.control).status()
    return [good('agent', `Version ${status.version} runs since ${new Date(status.startedAt).toISOString()}.`), linkFinding(status)]
  } catch (error) {
    const { code, message } = toPlatenError(error)
    return [{ check: 'agent', state: code === 'agent.unavailable' ? 'weak' : 'unknown', detail: message, fix: errorRow(code).hint }]
  }
}

function linkFinding({ link, agentId }: LocalStatus): Finding {
  const check = 'gateway'
  if (agentId === undefined)
    return { check, state: 'weak', detail: 'Not enrolled: only jobs of the site run.', fix: errorRow('enrol.missing').hint }
  if (link.state === 'open') return good(check, `Connected since ${new Date(link.since).toISOString()}.`)
  return { check, state: link.state === 'refused' ? 'failed' : 'weak', detail: `${link.state}; ${link.lastClose ?? 'never connected'}` }
}

/** Whether the agent's user, and not only root, may open PHP-FPM's socket. */
function checkFpm({ php, agent }: DocumentPolicy): Finding {
  const check = 'PHP-FPM’s socket'
  if (!('socket' in php)) return { check, state: 'weak', detail: 'PHP is reached by signed HTTP, as for the demo alone.' }
  const account = findAccount(agent.user)
  const foreign = process.getuid?.() === 0 && account !== undefined && account.uid !== 0
  const identity = foreign ? ['--reuid', String(account.uid), '--regid', String(account.gid), '--init-groups', '--'] : ['--']
  const { status, error } = spawnSync('/usr/bin/setpriv', [...identity, '/usr/bin/test', '-w', php.socket], { timeout: 5_000 })
  if (error) return { check, state: 'unknown', detail: new PlatenError('engine.missing', error.message).message }
  if (status === 0) return good(check, `${agent.user} may open ${php.socket}.`)
  return {
    check,
    state: 'failed',
    detail: `${php.socket} is not there, or ${agent.user} may not open it.`,
    fix: `Start PHP-FPM, or add ${agent.user} to the socket’s group (usermod -aG).`,
  }
}
