import type { ErrorCode, ImagesListValue, KindImagesOptimizeResult } from '@platen/protocol'

/** An image attachment as the plugin lists it. */
export type Attachment = ImagesListValue['items'][number]

/** What became of one file. */
export type Item = KindImagesOptimizeResult['items'][number]

/** One file that gets a WebP. Names are below the uploads folder. */
export interface Target {
  readonly file: string
  readonly crop: boolean
}

/**
 * What to do with an attachment. **make**: draw every target from `source`. **leave**: of a kind that needs no WebP.
 * **refuse**: the plugin named a file that may not be touched.
 */
export type Plan =
  | { readonly state: 'make'; readonly source: string; readonly targets: readonly Target[] }
  | { readonly state: 'leave'; readonly files: readonly string[] }
  | { readonly state: 'refuse'; readonly file: string; readonly code: ErrorCode }

const suffix = '.platen.webp'
/** The protocol's bound of a path, which the uploads folder and our suffix have to fit into as well. */
const pathLength = 1024
const handledMimes = new Set(['image/jpeg', 'image/png'])
const handledName = /\.(?:jpe?g|jpe|png)$/i

/** The name of the WebP that stands for a file: beside it, and under a name that WordPress never makes. */
export function webpName(file: string): string {
  return `${file}${suffix}`
}

/** A path below the site's root. */
export function below(folder: string, file: string): string {
  return `${folder}/${file}`
}

/** A file as a result names it: within the bound of a path, whatever the plugin said. */
export function shown(uploads: string, file: string): string {
  return below(uploads, file).slice(0, pathLength)
}

/** Whether a name stays below the folder that it is joined to: no absolute, no empty, no dotted step, no control character. */
export function isSafeName(name: string): boolean {
  return (
    !Array.from(name).some(char => char < ' ' || char === '\\') &&
    name.split('/').every(step => step !== '' && step !== '.' && step !== '..')
  )
}

/** Plans one attachment. Every candidate of a srcset has to be there, so a file that can't have a WebP leaves all of them. */
export function planAttachment(attachment: Attachment, uploads: string): Plan {
  const targets = distinct(attachment.files)
  const names = [attachment.original, ...targets.map(({ file }) => file)]
  const unsafe = names.find(name => !isSafeName(name) || below(uploads, webpName(name)).length > pathLength)
  if (unsafe !== undefined) return { state: 'refuse', file: unsafe.slice(0, pathLength) || '?', code: 'path.outside' }
  const files = targets.map(({ file }) => file)
  if (files.length === 0 || !handledMimes.has(attachment.mime) || !files.every(file => handledName.test(file))) {
    return { state: 'leave', files: files.length > 0 ? files : [attachment.original] }
  }
  return { state: 'make', source: sourceOf(attachment), targets }
}

/** The upload before scaling; an upload of a kind that is not handled (HEIC) was converted by WordPress: then its largest file. */
function sourceOf({ original, files }: Attachment): string {
  if (handledName.test(original)) return original
  return files.reduce((largest, entry) => (entry.width * entry.height > largest.width * largest.height ? entry : largest)).file
}

/** Sizes often share one file; it is drawn once. */
function distinct(files: Attachment['files']): Target[] {
  const byName = new Map<string, Target>()
  for (const { file, crop } of files) if (!byName.has(file)) byName.set(file, { file, crop })
  return [...byName.values()]
}

/** What the plugin has to serve: WebP by the file it stands for. */
export function serving(files: Iterable<string>): Record<string, string> {
  return Object.fromEntries(Array.from(files, file => [file, webpName(file)]))
}

/** Whether the plugin serves exactly these. */
export function servesJust(served: Readonly<Record<string, string>>, files: readonly string[]): boolean {
  return Object.keys(served).length === files.length && files.every(file => Object.hasOwn(served, file) && served[file] === webpName(file))
}
