import { get } from 'node:http'
import { parse, type DefaultTreeAdapterTypes } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

/** One request of a page. `bytes` are those of the body as transferred, gzip on. */
export interface PageRequest {
  readonly url: string
  readonly kind: 'page' | 'style' | 'script' | 'image'
  readonly status: number
  readonly bytes: number
}

/** What a page costs a visitor with an empty cache. */
export interface PageWeight {
  readonly requests: readonly PageRequest[]
  readonly bytes: number
  readonly imageBytes: number
}

const requestMs = 30_000

/**
 * Fetches a page and what its HTML asks for from the same origin, each once, with gzip. A lower bound:
 * what style sheets and scripts ask for in turn (fonts, backgrounds) comes on top.
 */
export async function measurePage(url: string): Promise<PageWeight> {
  const page = await transfer(url, 'page')
  const found = references(parse(await text(url)), url)
  const requests: PageRequest[] = [page]
  for (const [address, kind] of found) requests.push(await transfer(address, kind))
  const images = requests.filter(request => request.kind === 'image')
  return { requests, bytes: sum(requests), imageBytes: sum(images) }
}

function sum(requests: readonly PageRequest[]): number {
  return requests.reduce((total, request) => total + request.bytes, 0)
}

function references(root: Node, base: string): Map<string, PageRequest['kind']> {
  const found = new Map<string, PageRequest['kind']>()
  const add = (value: string | undefined, kind: PageRequest['kind']): void => {
    const address = value ? new URL(value, base) : undefined
    if (address && address.origin === new URL(base).origin) found.set(address.href, kind)
  }
  const walk = (node: Node): void => {
    if ('attrs' in node) addElement(node, add)
    if ('childNodes' in node) node.childNodes.forEach(walk)
  }
  walk(root)
  return found
}

function addElement(element: Element, add: (value: string | undefined, kind: PageRequest['kind']) => void): void {
  const value = (name: string): string | undefined => element.attrs.find(attribute => attribute.name === name)?.value
  if (element.tagName === 'script') add(value('src'), 'script')
  if (element.tagName === 'img') add(value('src'), 'image')
  if (element.tagName === 'link' && value('rel') === 'stylesheet' && value('media') !== 'print') add(value('href'), 'style')
}

async function text(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(requestMs) })).text()
}

/** Plain node:http: fetch would unpack the body and hide what was transferred. */
function transfer(url: string, kind: PageRequest['kind']): Promise<PageRequest> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { 'accept-encoding': 'gzip' }, timeout: requestMs }, response => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => (bytes += chunk.length))
      response.once('end', () => resolve({ url, kind, status: response.statusCode ?? 0, bytes }))
      response.once('error', reject)
    })
    request.once('timeout', () => request.destroy(new Error(`${url} took longer than ${requestMs} ms`)))
    request.once('error', reject)
  })
}
