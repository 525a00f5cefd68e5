import parseValue, { type FunctionNode, type Node, type ParsedValue, type StringNode, type WordNode } from 'postcss-value-parser'

/** Functions whose strings are addresses, too (CSS Images 4, CSS Cascade 5). */
const addressStrings: ReadonlySet<string> = new Set(['image-set', '-webkit-image-set'])
/** An escape of CSS Syntax 3, § 4.3.7: a code point with the space that ends it, or any one character. */
const escapes = /\\(?:([0-9a-f]{1,6})(?:\r\n|[ \t\n\r\f])?|(\r\n|[^]))/gi

/** A declaration's value with every relative address made absolute on its host, so that it means the same elsewhere. */
export function movedValue(value: string, base: string): string {
  if (!/url\(|image-set\(/i.test(value)) return value
  const parsed = parseValue(value)
  parsed.walk(node => {
    if (node.type === 'function') moveFunction(node, base)
  })
  return parseValue.stringify(parsed.nodes)
}

/** The parameters of an `@import`, whose first string is an address as well. */
export function movedImport(params: string, base: string): string {
  const parsed: ParsedValue = parseValue(params)
  const [first] = parsed.nodes
  if (first?.type === 'string') moveNode(first, base)
  if (first?.type === 'function') moveFunction(first, base)
  return parseValue.stringify(parsed.nodes)
}

function moveFunction({ value, nodes }: FunctionNode, base: string): void {
  const name = value.toLowerCase()
  const isAddress = (node: Node): node is StringNode | WordNode =>
    name === 'url' ? node.type === 'string' || node.type === 'word' : addressStrings.has(name) && node.type === 'string'
  for (const node of nodes) if (isAddress(node)) moveNode(node, base)
}

function moveNode(node: StringNode | WordNode, base: string): void {
  const url = unescaped(node.value)
  const moved = movedUrl(url, base)
  if (moved !== url) node.value = moved.replaceAll(node.type === 'string' ? /["'\\]/g : /["'\\()]/g, String.raw`\$&`)
}

/** An address as seen from elsewhere on the same host. Absolute ones, data and fragments stay as they are. */
export function movedUrl(url: string, base: string): string {
  const text = url.trim()
  if (text === '' || /^(?:[a-z][a-z0-9+.-]*:|[/#\\])/i.test(text) || !URL.canParse(text, base)) return url
  const { href, origin } = new URL(text, base)
  return href.slice(origin.length)
}

/** What a browser reads where a style sheet has escapes. */
function unescaped(text: string): string {
  return text.replaceAll(escapes, (_, hex: string | undefined, character: string | undefined) => {
    if (hex === undefined) return /^[\r\n\f]/.test(character ?? '') ? '' : (character ?? '')
    const point = Number.parseInt(hex, 16)
    const isCharacter = point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)
    return isCharacter ? String.fromCodePoint(point) : '\u{FFFD}'
  })
}
