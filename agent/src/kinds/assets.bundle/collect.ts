import { parse, type DefaultTreeAdapterTypes } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

/** A style sheet or script that a page loads. */
export interface AssetTag {
  readonly kind: 'css' | 'js'
  /** Absolute, with its query, without fragment. */
  readonly url: string
  readonly module: boolean
  /** Whether the browser checks its digest. */
  readonly integrity: boolean
}

/** MIME types by which browsers run a script (HTML, “JavaScript MIME type”), as far as anybody writes them. */
const scriptTypes: ReadonlySet<string> = new Set([
  '',
  'text/javascript',
  'application/javascript',
  'text/ecmascript',
  'application/x-javascript',
])
const mostDepth = 2_000

/** The style sheets and scripts of a page in the order of its source, which is the order in which they take effect. */
export function collectAssets(html: string, pageUrl: string): readonly AssetTag[] {
  const found: AssetTag[] = []
  let base = pageUrl
  const visit = (node: Node, depth: number): void => {
    if (depth > mostDepth) return
    if ('tagName' in node) {
      if (node.tagName === 'base') base = absolute(attribute(node, 'href') ?? '', pageUrl) ?? base
      const tag = assetTag(node, base)
      if (tag) found.push(tag)
    }
    // The content of a template is not loaded.
    if ('childNodes' in node) for (const child of node.childNodes) visit(child, depth + 1)
  }
  visit(parse(html), 0)
  return found
}

function assetTag(element: Element, base: string): AssetTag | undefined {
  if (element.tagName === 'link' && isStyleSheet(element)) return tagOf(element, 'css', 'href', base, false)
  if (element.tagName !== 'script') return undefined
  const type = (attribute(element, 'type') ?? '').trim().toLowerCase()
  const module = type === 'module'
  return module || scriptTypes.has(type) ? tagOf(element, 'js', 'src', base, module) : undefined
}

function tagOf(element: Element, kind: AssetTag['kind'], name: string, base: string, module: boolean): AssetTag | undefined {
  const url = absolute(attribute(element, name) ?? '', base)
  return url === undefined ? undefined : { kind, url, module, integrity: attribute(element, 'integrity') !== undefined }
}

function isStyleSheet(element: Element): boolean {
  const words = (attribute(element, 'rel') ?? '').toLowerCase().split(/\s+/)
  return words.includes('stylesheet') && !words.includes('alternate') && attribute(element, 'disabled') === undefined
}

function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find(entry => entry.name === name)?.value
}

function absolute(text: string, base: string): string | undefined {
  if (text.trim() === '' || !URL.canParse(text, base)) return undefined
  const url = new URL(text, base)
  url.hash = ''
  return ['http:', 'https:'].includes(url.protocol) ? url.href : undefined
}
