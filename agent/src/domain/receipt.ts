import { isErrorCode, limits, type ReceiptSigned } from '@platen/protocol'
import type { Run, RunEnd } from './run.ts'

/** Any receipt without its hash and its signature. */
export type ReceiptBody = ReceiptSigned['receipt']

type Head = 'version' | 'site' | 'agent' | 'chain' | 'seq' | 'at' | 'key' | 'prev'
type Content<Body> = Body extends { readonly type: 'run' | 'follow' } ? Omit<Body, Head> : never

/** What a receipt says of a run, or of what came of one later; the chain adds the rest. */
export type ReceiptContent = Content<ReceiptBody>

type RunContent = ReceiptContent & { readonly type: 'run' }
type Pages = RunContent['pages']
type Sample = Pages['sample'][number]
type LayerLine = RunContent['layers'][number]

/** A run that is over for good. */
export type OverRun = Run & { readonly state: 'ended'; readonly end: Exclude<RunEnd, { readonly outcome: 'waiting' }> }

/**
 * What a receipt says of an ended run. A worker may have been taken over by what it read, so of its result only what has the
 * expected form is signed, within the bounds of a receipt.
 */
export function contentOf({ jobId, attempt, epoch, kind, end }: OverRun): RunContent {
  const result = isRecord(end.result) ? end.result : {}
  return {
    type: 'run',
    job: jobId,
    attempt,
    epoch,
    kind,
    outcome: end.outcome,
    effect: end.effect,
    ...(end.error ? { code: end.error.code } : {}),
    what: wordsOf(end, result['summary']),
    layers: layersOf(result['layers']),
    pages: pagesOf(result['proof']),
  }
}

/** What went wrong stands before what was done all the same. */
function wordsOf({ outcome, error }: OverRun['end'], summary: unknown): string {
  const words = [outcome === 'cancelled' ? 'Cancelled.' : '', error?.message ?? '', typeof summary === 'string' ? summary : '']
  return words
    .filter(word => word !== '')
    .join(' ')
    .slice(0, limits.receipt.whatLength)
}

const layerName = /^[a-z]{1,20}$/

function layersOf(value: unknown): LayerLine[] {
  return listOf(value)
    .slice(0, limits.receipt.layers)
    .flatMap(({ layer, state, count, code }) => {
      if (!isText(layer, layerName) || !isText(state, layerName)) return []
      return [{ layer, state, ...(isCount(count) ? { count } : {}), ...(isErrorCode(code) ? { code } : {}) }]
    })
}

const pageStates = ['fresh', 'stale', 'unreachable', 'removed'] as const
const cdnStates = ['fresh', 'stale', 'unreachable'] as const
const cacheWord = /^[ -~]{1,32}$/
const address = /^https?:\/\/[^\s\p{Cc}]{1,2040}$/u

function pagesOf(value: unknown): Pages {
  const count = { fresh: 0, stale: 0, unreachable: 0, removed: 0 }
  const there = { fresh: 0, stale: 0, unreachable: 0 }
  const sample: Sample[] = []
  let room: number = limits.receipt.sampleBytes
  for (const { url, state, layer, cache, status, cdn } of listOf(value)) {
    const known = pageStates.find(each => each === state)
    if (!known) continue
    count[known] += 1
    const atCdn = cdnStates.find(each => isRecord(cdn) && each === cdn['state'])
    if (atCdn) there[atCdn] += 1
    if (!isText(url, address) || sample.length >= limits.receipt.samplePages || bytesOf(url) > room) continue
    room -= bytesOf(url)
    sample.push({
      url,
      state: known,
      ...(isText(layer, layerName) ? { layer } : {}),
      ...(isText(cache, cacheWord) ? { cache } : {}),
      ...(isCount(status) && status < 1_000 ? { status } : {}),
      ...(atCdn ? { cdn: atCdn } : {}),
    })
  }
  const looked = there.fresh + there.stale + there.unreachable > 0
  return { ...count, ...(looked ? { cdn: there } : {}), sample }
}

/** As JSON, which writes some characters as six. */
function bytesOf(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
