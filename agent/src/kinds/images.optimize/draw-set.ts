import { PlatenError, type ErrorCode } from '@platen/protocol'
import type { ImageEncoder, Shape } from '../../ports/image-encoder.ts'
import type { SiteFiles } from '../../ports/site-files.ts'
import { codingRounds } from './choice.ts'
import { codeOfFile } from './file-errors.ts'
import { below, type Target } from './plan.ts'
import { readImage, type ReadFile } from './prints.ts'
import type { FilePrint } from './record.ts'
import { looksAlike } from './resemblance.ts'

/** Bytes of one set's WebPs, which wait in memory until the last of them gains. */
const mostSetBytes = 134_217_728

/** A WebP that is smaller than the file it stands for. */
export interface Drawn {
  readonly file: string
  readonly before: number
  readonly data: Uint8Array
}

/**
 * A set of WebPs, still in memory. **drawn**: all of them gain. **left**: at least one does not, so none is kept.
 * **failed**: files that can't be worked on, each with its code.
 */
export type DrawnSet =
  | { readonly state: 'drawn'; readonly drawn: readonly Drawn[]; readonly prints: Readonly<Record<string, FilePrint>> }
  | { readonly state: 'left'; readonly prints: Readonly<Record<string, FilePrint>> }
  | { readonly state: 'failed'; readonly failures: ReadonlyMap<string, ErrorCode> }

/** What a set is drawn with. */
export interface DrawingParts {
  readonly files: SiteFiles
  readonly encoder: ImageEncoder
  /** The uploads folder, below the site's root. */
  readonly uploads: string
  readonly signal: AbortSignal
}

/**
 * Draws a WebP of every target from the source. Writes nothing. Every file is looked at, even when the set is lost
 * already, so that all that is broken is named at once.
 * @throws PlatenError job.cancelled between two files; whatever is not one file's fault
 */
export async function drawSet(parts: DrawingParts, source: string, targets: readonly Target[]): Promise<DrawnSet> {
  const prints: Record<string, FilePrint> = {}
  const failures = new Map<string, ErrorCode>()
  const drawn: Drawn[] = []
  const original = await attempt(failures, source, () => openSource(parts, source))
  if (original) prints[source] = original.print
  let gains = original?.still === true
  let bytes = 0
  for (const target of targets) {
    throwIfCancelled(parts.signal)
    const outcome = await attempt(failures, target.file, () => drawTarget(parts, gains ? original : undefined, target))
    if (outcome) prints[target.file] = outcome.print
    bytes += outcome?.drawn?.data.length ?? 0
    if (bytes > mostSetBytes) failures.set(target.file, 'file.too_large')
    gains = gains && outcome?.drawn !== undefined && bytes <= mostSetBytes
    if (gains && outcome?.drawn) drawn.push(outcome.drawn)
    else drawn.length = 0
  }
  if (failures.size > 0) return { state: 'failed', failures }
  return gains ? { state: 'drawn', drawn, prints } : { state: 'left', prints }
}

/** Ends the job between two files, with nothing of the set written. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new PlatenError('job.cancelled', undefined, { cause: signal.reason })
}

interface Source extends ReadFile {
  /** False where it moves: a still WebP would not stand for it. */
  readonly still: boolean
}

async function openSource({ files, encoder, uploads }: DrawingParts, source: string): Promise<Source> {
  const read = await readImage(files, below(uploads, source))
  const facts = await encoder.inspect(read.data)
  return { ...read, still: facts.format === 'jpeg' || !facts.animated }
}

/** Looks at a target and, if there is a source, draws it; no `drawn` where nothing is gained. */
async function drawTarget(
  { files, encoder, uploads }: DrawingParts,
  source: Source | undefined,
  { file, crop }: Target,
): Promise<{ readonly print: FilePrint; readonly drawn?: Drawn }> {
  const { data, print } = await readImage(files, below(uploads, file))
  const facts = await encoder.inspect(data)
  const { width, height } = facts
  const asItIs: Shape = { width, height, fit: 'fill' }
  const seen = await encoder.glance(data, asItIs)
  if (!source || (facts.format === 'png' && facts.animated)) return { print }
  const fromSource: Shape = { width, height, fit: crop ? 'cover' : 'fill' }
  // An image that was cropped or turned in WordPress shows something else than its original: then it stands for itself.
  const [from, shape] = looksAlike(await encoder.glance(source.data, fromSource), seen) ? [source.data, fromSource] : [data, asItIs]
  for (const round of codingRounds(facts)) {
    const smallest = await smallestOf(round.map(coding => () => encoder.webp(from, shape, coding)))
    if (smallest.length < data.length) return { print, drawn: { file, before: data.length, data: smallest } }
  }
  return { print }
}

/** One after the other, so that one image at a time is in memory. */
async function smallestOf(codings: readonly (() => Promise<Uint8Array>)[]): Promise<Uint8Array> {
  let smallest: Uint8Array | undefined
  for (const code of codings) {
    const coded = await code()
    if (!smallest || coded.length < smallest.length) smallest = coded
  }
  if (!smallest) throw new PlatenError('internal', 'A round has no coding.')
  return smallest
}

async function attempt<Value>(failures: Map<string, ErrorCode>, file: string, work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work()
  } catch (error) {
    failures.set(file, codeOfFile(error))
    return undefined
  }
}
