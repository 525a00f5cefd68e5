import { readFileSync, statSync } from 'node:fs'
import { PlatenError } from '@platen/protocol'
import { cloudflareLimits, type CdnPlan } from '../domain/cdn-limits.ts'
import type { CloudflareAccount } from './cloudflare.ts'

/**
 * Reads the accounts under which CDNs are purged: `{"accounts":[{"name","provider":"cloudflare","token","plan","for"}]}`. It holds
 * tokens, so nobody but its owner may read it. @throws PlatenError input.invalid, file.denied, file.not_found
 */
export function readCdnFile(file: string): readonly CloudflareAccount[] {
  const document = parsed(read(file))
  const list = isRecord(document) && Array.isArray(document['accounts']) ? (document['accounts'] as unknown[]) : undefined
  const accounts = list?.map(account)
  if (!accounts || accounts.length > 100) throw wrong('{"accounts":[…]} with at most 100 accounts is meant')
  if (new Set(accounts.map(({ name }) => name)).size < accounts.length) throw wrong('two accounts have one name')
  return accounts
}

function read(file: string): string {
  try {
    if ((statSync(file).mode & 0o077) !== 0) throw new PlatenError('file.denied', `chmod 600 ${file}: it holds tokens.`)
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof PlatenError) throw cause
    throw new PlatenError('file.not_found', file, { cause })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What the parser says may quote a token.
    throw wrong('it is no JSON')
  }
}

function account(value: unknown, index: number): CloudflareAccount {
  const { name, provider, token, plan, api, for: mayUse, ...more } = isRecord(value) ? value : {}
  const isText = (text: unknown, pattern: RegExp): text is string => typeof text === 'string' && pattern.test(text)
  if (Object.keys(more).length > 0) throw wrong(`account ${index}: ${Object.keys(more).join(', ')} means nothing here`)
  if (!isText(name, /^[a-z0-9-]{1,40}$/)) throw wrong(`account ${index}: name: up to 40 lower-case letters, digits and hyphens are meant`)
  if (provider !== 'cloudflare') throw wrong(`${name}: provider: cloudflare is meant`)
  if (!isText(token, /^\S{1,500}$/)) throw wrong(`${name}: token: an API token that may purge its zones is meant`)
  if (!isText(plan, /^[a-z]+$/) || !Object.hasOwn(cloudflareLimits, plan))
    throw wrong(`${name}: plan: ${Object.keys(cloudflareLimits).join(', ')} is meant`)
  if (api !== undefined && !isText(api, /^https?:\/\/\S{1,500}$/)) throw wrong(`${name}: api: a URL is meant`)
  if (!isUsers(mayUse)) throw wrong(`${name}: for: ["acct_…"] or "all" is meant, the accounts of Platen that may purge with it`)
  return { name, token, plan: plan as CdnPlan, for: mayUse, ...(api === undefined ? {} : { api }) }
}

/** Said in so many words: whoever holds an admin token of one account must not purge with what is another's. */
function isUsers(value: unknown): value is CloudflareAccount['for'] {
  if (value === 'all') return true
  return Array.isArray(value) && value.length > 0 && value.every(id => typeof id === 'string' && /^acct_\S{1,60}$/.test(id))
}

function wrong(what: string): PlatenError {
  return new PlatenError('input.invalid', `The CDN file: ${what}.`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
