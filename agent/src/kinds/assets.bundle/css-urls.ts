import parseValue, { type FunctionNode, type Node, type ParsedValue } from 'postcss-value-parser'

/** Functions whose strings are addresses, too (CSS Images 4, CSS Cascade 5). */
const addressStrings: ReadonlySet<string> = new Set(['image-set', '-webkit-image-set'])

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
  if (first?.type === 'string') first.value = movedUrl(first.value, base)
  if (first?.type === 'function') moveFunction(first, base)
  return parseValue.stringify(parsed.nodes)
}

function moveFunction({ value, nodes }: FunctionNode, base: string): void {
  const name = value.toLowerCase()
  const isAddress = (node: Node): node is Node & { value: string } =>
    name === 'url' ? node.type === 'string' || node.type === 'word' : addressStrings.has(name) && node.type === 'string'
  for (const node of nodes) if (isAddress(node)) node.value = movedUrl(node.value, base)
}

/** An address as seen from elsewhere on the same host. Absolute ones, data and fragments stay as they are. */
export function movedUrl(url: string, base: string): string {
  const text = url.trim()
  if (text === '' || /^(?:[a-z][a-z0-9+.-]*:|[/#\\])/i.test(text) || !URL.canParse(text, base)) return url
  const { pathname, search, hash } = new URL(text, base)
  return `${pathname}${search}${hash}`
}
