import { readFileSync, statSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { PlatenError, problemText, type DocumentPolicy } from '@platen/protocol'
import { policyValidators } from '@platen/protocol/validators/policy'
import { cdnPlace } from '../domain/cdn-address.ts'
import { redisEndpoint, urlDatabase } from '../domain/redis-endpoint.ts'
import { prefixFlaw } from '../domain/redis-prefix.ts'

/** The largest policy file that is read, in bytes. */
const mostBytes = 262_144

/**
 * Reads the policy file, frozen in depth.
 * @throws PlatenError policy.invalid: its message names every field that is wrong, its `field` the first
 */
export function readPolicy(path: string): DocumentPolicy {
  return parsePolicy(textOf(path), path)
}

/** The policy of a file's text, frozen in depth. @throws PlatenError policy.invalid */
export function parsePolicy(text: string, path: string): DocumentPolicy {
  const value = parsed(text, path)
  const validate = policyValidators['policy']
  if (!validate?.(value)) {
    const problems = validate?.errors ?? []
    const text = problems.map(problem => problemText([problem])).join('; ')
    throw invalid(path, text, problems[0]?.instancePath.slice(1).replaceAll('/', '.'))
  }
  const policy = value as DocumentPolicy
  for (const [field, wrong] of contradictions(policy)) throw invalid(path, `${field}: ${wrong}`, field)
  return deepFreeze(policy)
}

/**
 * Whether the agent's user could change the policy file, which only root may: as its owner, by its group or as anyone.
 * Says so in words, or undefined where all is well. Without a second user there is nothing to keep apart.
 */
export function policyIsOpen(path: string, agent: { readonly uid: number; readonly gid: number }): string | undefined {
  const { uid, gid, mode } = statSync(path)
  if (agent.uid === 0) return undefined
  if (uid === agent.uid) return 'the agent’s user owns it'
  if ((mode & 0o002) !== 0) return 'anyone may write it'
  return (mode & 0o020) !== 0 && gid === agent.gid ? 'the agent’s group may write it' : undefined
}

function textOf(path: string): string {
  try {
    const stats = statSync(path)
    if (!stats.isFile() || stats.size > mostBytes) throw invalid(path, 'it is no file of a sensible size')
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof PlatenError) throw error
    throw invalid(path, (error as Error).message)
  }
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(path, (error as Error).message)
  }
}

/** What the schema can't say: pairs of field and what is wrong with it. */
function contradictions(policy: DocumentPolicy): [field: string, wrong: string][] {
  const { socket, control } = policy.agent
  const wrong: [string, string][] = []
  if (socket === control) wrong.push(['agent.control', 'must not be the plugin’s socket'])
  if (!URL.canParse(policy.site.url)) wrong.push(['site.url', 'is no URL'])
  if (policy.cdn && !cdnPlace(policy.cdn.address)) wrong.push(['cdn.address', 'is no IP address, with or without a port'])
  if (policy.redis) wrong.push(...redisContradictions(policy.redis))
  // It belongs to the site's user: root would give it what is in there, or follow where the site's links lead.
  const { state, spool } = policy.agent
  const holds = [state, dirname(socket), dirname(control), policy.site.root].some(folder => spool !== undefined && isWithin(folder, spool))
  const isHeld = [state, policy.site.root].some(folder => spool !== undefined && isWithin(spool, folder))
  if (holds || isHeld) wrong.push(['agent.spool', 'has to be a folder of its own, apart from the agent’s others and the site’s'])
  // The kernel takes 107 bytes of a socket's path and cuts the rest without a word.
  for (const [field, path] of [
    ['agent.socket', socket],
    ['agent.control', control],
  ] as const) {
    if (Buffer.byteLength(path) > 100) wrong.push([field, 'is longer than a socket’s path may be (100 bytes)'])
  }
  return wrong
}

/** The client takes the database of a URL for the one that is meant, whatever `database` says. */
function redisContradictions({ url, database, prefix }: NonNullable<DocumentPolicy['redis']>): [field: string, wrong: string][] {
  const wrong: [string, string][] = []
  const flaw = prefixFlaw(prefix)
  if (flaw !== undefined) wrong.push(['redis.prefix', `“${prefix.replaceAll(/\p{Cc}/gu, ' ')}” ${flaw}`])
  if (redisEndpoint(url) === undefined) wrong.push(['redis.url', 'is no URL of a server or socket'])
  else if ((urlDatabase(url) ?? database) !== database) wrong.push(['redis.url', 'names another database than redis.database'])
  return wrong
}

function isWithin(path: string, folder: string): boolean {
  return !relative(folder, path).startsWith('..')
}

function invalid(path: string, detail: string, field?: string): PlatenError {
  return new PlatenError('policy.invalid', `${path}: ${detail}.`, field ? { field } : {})
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
