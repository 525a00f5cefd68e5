import { siteAddress } from '../../domain/site-url.ts'
import { variable } from './keys.ts'

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

/** Characters that no value of a variable of the host's own has, besides those that stand between variables. */
const separators = '/?|&= :;,'
/** Longest value: keys are as long as visitors make them. */
const mostValue = 200

/**
 * The format of nginx's `fastcgi_cache_key`, where the policy file has it; keys that do not fit it, and all where it has none, are
 * read as they mostly are: scheme, method and separators in any order, host, address. Variables other than nginx's own of a
 * request stand for anything without a separator.
 */
export function keyFormat(cacheKey: string | undefined, site: string): KeyFormat {
  const names = hostNames(site)
  const pattern = cacheKey === undefined ? undefined : patternOf(cacheKey, `(?:${names.map(escaped).join('|')})`)
  const anyHost = cacheKey === undefined ? undefined : patternOf(cacheKey, '[A-Za-z0-9.:-]{1,260}')
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

/** A key's path and query; `isOpen` where something else follows and nothing shows where. */
interface Address {
  readonly text: string
  readonly isOpen: boolean
}

interface Pattern {
  readonly regex: RegExp
  /** What follows an address whose end nothing shows. */
  readonly tail?: RegExp
}

type Piece = { readonly text: string } | { readonly name: string }

const hostVariables: ReadonlySet<string> = new Set(['host', 'http_host', 'server_name'])
const addressVariables: ReadonlySet<string> = new Set(['request_uri', 'uri', 'document_uri', 'args', 'query_string'])

/** Undefined where a variable of the host's own touches the host's name: whose key it is can't be told then. */
function patternOf(cacheKey: string, host: string): Pattern | undefined {
  const pieces = piecesOf(cacheKey)
  const texts = pieces.map(piece => ('text' in piece ? piece.text : ''))
  const between = texts.join('').replaceAll(/[A-Za-z0-9]/g, '')
  const value = `(?:(?!https?)[^${escaped(separators + between)}]){0,${mostValue}}`
  const isUnknown = (piece: Piece | undefined): boolean => piece !== undefined && 'name' in piece && sourceOf(piece.name, '') === undefined
  const isHost = (piece: Piece): boolean => 'name' in piece && hostVariables.has(piece.name)
  if (pieces.some((piece, at) => isHost(piece) && (isUnknown(pieces[at - 1]) || isUnknown(pieces[at + 1])))) return undefined
  const sources = pieces.map(piece => ('text' in piece ? escaped(piece.text) : (sourceOf(piece.name, host) ?? value)))
  const last = pieces.findLastIndex(piece => 'name' in piece && addressVariables.has(piece.name))
  if (!isUnknown(pieces[last + 1])) return { regex: whole(sources, value) }
  // What follows an open end is part of what is read as the address.
  return { regex: whole(sources.slice(0, last + 1), value), tail: whole(sources.slice(last + 1), value) }
}

function whole(sources: readonly string[], value: string): RegExp {
  // Two variables of the host's own side by side are one, or a long key could be taken apart in too many ways.
  const once = sources.filter((source, at) => source !== value || sources[at - 1] !== value)
  // A group has its name once.
  const named = once.map((source, at) => (source.startsWith('(?<') && once.indexOf(source) < at ? '.*' : source))
  return new RegExp(`^${named.join('')}$`, 's')
}

function piecesOf(cacheKey: string): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of cacheKey.matchAll(variable)) {
    if (match.index > at) pieces.push({ text: cacheKey.slice(at, match.index) })
    pieces.push({ name: match[1] ?? match[2] ?? '' })
    at = match.index + match[0].length
  }
  return at < cacheKey.length ? [...pieces, { text: cacheKey.slice(at) }] : pieces
}

/** What a variable of a request can be. */
function sourceOf(name: string, host: string): string | undefined {
  if (hostVariables.has(name)) return host
  switch (name) {
    case 'scheme':
      return 'https?'
    case 'request_method':
      return '[A-Z]{3,20}'
    case 'server_port':
      return '\\d{1,5}'
    case 'request_uri':
      return '(?<address>/.*)'
    case 'uri':
    case 'document_uri':
      return '(?<path>/[^?]*)'
    case 'is_args':
      return '\\??'
    case 'args':
    case 'query_string':
      return '(?<query>.*)'
    default:
      return undefined
  }
}

function readBy({ regex, tail }: Pattern, key: string): Address | undefined {
  const found = regex.exec(key)
  if (!found) return undefined
  const { address, path, query } = found.groups ?? {}
  return { text: address ?? `${path ?? ''}${query ? `?${query}` : ''}`, isOpen: tail !== undefined }
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

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
