import { siteAddress } from '../../domain/site-url.ts'
import { patternOf, readBy, type Address } from './key-pattern.ts'

/** How nginx writes its keys, read backwards: which page of the site an entry is. */
export interface KeyFormat {
  /** The URL that a key stands for, where asking for it means asking with exactly this key's address. */
  urlOf(key: string): string | undefined
  /** Path and query of a key of the site; where nothing shows where they end, what follows them as well. */
  addressOf(key: string): string | undefined
  /** Nothing shows where the address ends: a key may be of several URLs, of which `urlOf` names the likeliest. */
  readonly isOpen: boolean
  /** Whether a key may be of this URL. */
  isOf(key: string, url: string): boolean
  /** What keys that may be of one URL have in common: entries are looked for among those that have it. */
  stemOf(url: string): string
  stemOfKey(key: string): string | undefined
  /** Whether a key names this site's host; a cache folder may be shared. */
  isOfSite(key: string): boolean
  /** Whether a key that is not known to be the site's looks as if it could be. */
  isUnseen(key: string): boolean
}

/**
 * The format of nginx's `fastcgi_cache_key`, where the policy file has it; keys that do not fit it, and all where it has none, are
 * read as they mostly are: scheme, method and separators in any order, host, address. Variables other than nginx's own of a
 * request stand for anything without a separator.
 */
export function keyFormat(cacheKey: string | undefined, site: string): KeyFormat {
  const names = hostNames(site)
  const pattern = cacheKey === undefined ? undefined : patternOf(cacheKey, names)
  const anyHost = cacheKey === undefined ? undefined : patternOf(cacheKey)
  const isUnreadable = cacheKey !== undefined && pattern === undefined
  const read = (key: string): Address | undefined => (pattern && readBy(pattern, key)) ?? readUsual(key, names)
  const urlOf = (key: string): string | undefined => {
    const address = read(key)
    return address && urlAt(address.isOpen ? closed(address.text) : address.text, site)
  }
  const { origin } = new URL(site)
  return {
    urlOf,
    addressOf: key => read(key)?.text,
    isOpen: pattern?.tail !== undefined,
    isOf: (key, url) => {
      const address = read(key)
      if (!address?.isOpen) return urlOf(key) === url
      const asked = url.slice(origin.length)
      return address.text.startsWith(asked) && pattern?.tail?.test(address.text.slice(asked.length)) === true
    },
    stemOf: url => stem(url.slice(origin.length)),
    stemOfKey: key => {
      const address = read(key)
      return address && stem(address.text)
    },
    isOfSite: key => read(key) !== undefined,
    isUnseen: key => {
      if (read(key)) return false
      if (isUnreadable) return true
      return anyHost ? !anyHost.regex.test(key) && named(key, names) : mayName(key, names)
    },
  }
}

/** Each run of capitals is taken whole: tried in parts, a long one would be tried in more ways than there is time for. */
const beforeHost = /^(?:https?|[A-Z]{3,}(?![A-Z])|[^A-Za-z0-9.])*$/

/** A key such as `httpGETshop.example/path?query`: the address goes up to a separator of the key's own (`|`, a space). */
function readUsual(key: string, names: readonly string[]): Address | undefined {
  for (const name of names) {
    const at = key.indexOf(`${name}/`)
    if (at < 0 || !beforeHost.test(key.slice(0, at))) continue
    return { text: key.slice(at + name.length).split(/[| ]/, 1)[0] ?? '', isOpen: false }
  }
  return undefined
}

/** Whether the site's host stands where a host may stand, or none stands anywhere. */
function mayName(key: string, names: readonly string[]): boolean {
  if (key.startsWith('/')) return true
  return names.some(name => {
    const at = key.indexOf(name)
    if (at < 0 || /[A-Za-z0-9.-]/.test(key.charAt(at + name.length))) return false
    const before = key.slice(0, at)
    return !/[.?]/.test(before) && /(?:^|https?|[A-Z]{3}|[^A-Za-z0-9-])$/.test(before.slice(-8))
  })
}

/** A query may name anything. */
function named(key: string, names: readonly string[]): boolean {
  const [place = ''] = key.split('?', 1)
  return names.some(name => place.includes(name))
}

function urlAt(address: string | undefined, site: string): string | undefined {
  if (address === undefined) return undefined
  try {
    return siteAddress(`${new URL(site).origin}${address}`, site)
  } catch {
    // An address that some client sent and that no request can spell again: it can only be forgotten.
    return undefined
  }
}

/** The likeliest address where more follows: most end with a slash. A query shows no end. */
function closed(text: string): string | undefined {
  return text.includes('?') ? undefined : stem(text)
}

function stem(address: string): string {
  return address.slice(0, address.lastIndexOf('/') + 1)
}

/** With its port and without. */
function hostNames(site: string): readonly string[] {
  const { host, hostname, port } = new URL(site)
  return [host, ...(port === '' ? [] : [hostname])]
}
