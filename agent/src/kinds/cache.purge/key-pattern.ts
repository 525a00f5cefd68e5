import { variable } from './keys.ts'

/** A key's path and query; `isOpen` where something else follows and nothing shows where. */
export interface Address {
  readonly text: string
  readonly isOpen: boolean
}

/** A key's format, read backwards. */
export interface Pattern {
  readonly regex: RegExp
  /** What follows an address whose end nothing shows. */
  readonly tail?: RegExp
}

type Piece = { readonly text: string } | { readonly name: string }

const hostVariables: ReadonlySet<string> = new Set(['host', 'http_host', 'server_name'])
const addressVariables: ReadonlySet<string> = new Set(['request_uri', 'uri', 'document_uri', 'args', 'query_string'])

/** Characters that no value of a variable of the host's own has, besides those that stand between variables. */
const separators = '/?|&= :;,'
/** Longest value: keys are as long as visitors make them. */
const mostValue = 200

/**
 * The pattern of a `fastcgi_cache_key` for keys of these hosts, or of any. Undefined where a variable of the host's own touches the host's
 * name: whose key it is can't be told then.
 */
export function patternOf(cacheKey: string, hosts?: readonly string[]): Pattern | undefined {
  const host = hosts ? `(?:${hosts.map(escaped).join('|')})` : '[A-Za-z0-9.:-]{1,260}'
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

/** What a key says, where it fits the pattern. */
export function readBy({ regex, tail }: Pattern, key: string): Address | undefined {
  const found = regex.exec(key)
  if (!found) return undefined
  const { address, path, query } = found.groups ?? {}
  return { text: address ?? `${path ?? ''}${query ? `?${query}` : ''}`, isOpen: tail !== undefined }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
