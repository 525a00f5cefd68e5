import { createHash } from 'node:crypto'
import type { CacheEntry } from '../../ports/page-cache.ts'

/** What nginx's configuration says about where entries are. */
export interface KeyRule {
  /** `fastcgi_cache_key`, as it is written there. */
  readonly cacheKey: string
  /** `levels=` of `fastcgi_cache_path`. */
  readonly cacheLevels: string
  /** The port that nginx listens at. */
  readonly port: number
}

/** The entry that a refresh of a page replaces, and others that nginx may keep of it under names that are known. */
export interface KnownEntries {
  readonly main: CacheEntry
  readonly others: readonly CacheEntry[]
}

type Values = ReadonlyMap<string, string>

/** A variable in nginx's configuration: its name is in the first group or in the second. */
export const variable: RegExp = /\$(?:\{(\w+)\}|(\w+))/g
const methods = ['GET', 'HEAD'] as const

/**
 * Where nginx keeps a page: the file is named by the key's MD5. Undefined where the key is made of something that can't be
 * told from here, such as a cookie or a variable of the host's own. `tls` says how nginx itself is asked; a listener of the
 * other scheme may keep a copy of its own.
 */
export function knownEntries(url: string, rule: KeyRule, tls: boolean): KnownEntries | undefined {
  const schemes = tls ? ['https', 'http'] : ['http', 'https']
  const entries = new Map<string, CacheEntry>()
  for (const scheme of schemes) {
    for (const method of methods) {
      const key = fill(rule.cacheKey, values(url, scheme, method, rule.port))
      if (key === undefined) return undefined
      const entry = { key, file: fileOf(key, rule.cacheLevels) }
      entries.set(entry.file, entry)
    }
  }
  const [main, ...others] = entries.values()
  return main && { main, others }
}

/** The variables of a key whose values can't be told. */
export function unknownVariables(cacheKey: string): readonly string[] {
  const known = values('http://h/', 'http', 'GET', 80)
  return [...cacheKey.matchAll(variable)].map(match => match[1] ?? match[2] ?? '').filter(name => !known.has(name))
}

/** A key's file below the cache folder: the levels are the last digits of its name. */
export function fileOf(key: string, cacheLevels: string): string {
  const name = createHash('md5').update(key).digest('hex')
  const steps: string[] = []
  let end = name.length
  for (const digits of cacheLevels.split(':').map(Number)) {
    steps.push(name.slice(end - digits, end))
    end -= digits
  }
  return [...steps, name].join('/')
}

function fill(cacheKey: string, known: Values): string | undefined {
  let unknown = false
  const key = cacheKey.replaceAll(variable, (_, braced?: string, plain?: string) => {
    const value = known.get(braced ?? plain ?? '')
    unknown ||= value === undefined
    return value ?? ''
  })
  return unknown ? undefined : key
}

function values(url: string, scheme: string, method: string, port: number): Values {
  const { origin, hostname, host } = new URL(url)
  // As it was written: URL has a spelling of its own.
  const address = url.slice(origin.length)
  const mark = address.indexOf('?')
  const args = mark < 0 ? '' : address.slice(mark + 1)
  return new Map([
    ['scheme', scheme],
    ['request_method', method],
    ['host', hostname],
    ['http_host', host],
    ['server_port', String(port)],
    ['request_uri', address],
    ['is_args', args === '' ? '' : '?'],
    ['args', args],
    ['query_string', args],
  ])
}
