import {
  PlatenError,
  type DocumentPolicy,
  type ErrorCode,
  type KindImagesOptimizeInput,
  type KindTypes,
  type PluginCommands,
} from '@platen/protocol'
import { imagesOptimize } from '../../../src/kinds/images.optimize/handler.ts'
import type { Attachment } from '../../../src/kinds/images.optimize/plan.ts'
import type { ImageEncoder } from '../../../src/ports/image-encoder.ts'
import type { HandlerOutcome, JobContext } from '../../../src/ports/job-handler.ts'
import type { PhpChannel } from '../../../src/ports/php-channel.ts'
import type { SiteFiles } from '../../../src/ports/site-files.ts'
import { MemoryFiles } from './memory-files.ts'
import { noCdn } from '../../support/no-cdn.ts'
import { noChanges } from '../../support/no-changes.ts'

/** Where the double's WordPress keeps uploads. */
export const uploads = 'wp-content/uploads'

type Outcome = HandlerOutcome<KindTypes['images.optimize']['result']>

/** A WordPress with the plugin, as the job sees it: its images, what is served, and what it was asked in which order. */
export class SiteDouble implements PhpChannel {
  readonly files = new MemoryFiles()
  readonly attachments = new Map<number, Attachment>()
  readonly notes: string[] = []
  readonly steps: string[] = []
  /** Answers every call of a command with a code. */
  readonly refusing = new Map<string, ErrorCode>()
  /** Called before each `images.serve` is answered. */
  onServe: (id: number, webp: Readonly<Record<string, string>>) => void = () => undefined

  /** Puts an image there: its files (below uploads) by name; the first is the original. */
  add(
    id: number,
    files: Readonly<Record<string, { data: Buffer; width: number; height: number; crop?: boolean }>>,
    mime: string = 'image/jpeg',
  ): void {
    const names = Object.entries(files)
    for (const [file, { data }] of names) this.files.put(`${uploads}/${file}`, data)
    this.attachments.set(id, {
      id,
      mime,
      original: names[0]?.[0] ?? 'none.jpg',
      files: names.map(([file, { width, height, crop = false }]) => ({ file, width, height, crop })),
      served: {},
    })
  }

  served(id: number): Record<string, string> {
    return this.attachments.get(id)?.served ?? {}
  }

  async call<Name extends keyof PluginCommands>(command: Name, args: PluginCommands[Name]['args']): Promise<PluginCommands[Name]['value']> {
    const code = this.refusing.get(command)
    if (code) throw new PlatenError(code)
    return this.#answer(command, args) as PluginCommands[Name]['value']
  }

  #answer(command: string, args: unknown): unknown {
    switch (command) {
      case 'site.describe':
        return { uploadsPath: uploads }
      case 'images.list':
        return this.#list(args as PluginCommands['images.list']['args'])
      case 'images.serve':
        return this.#serve(args as PluginCommands['images.serve']['args'])
      default:
        throw new PlatenError('plugin.refused')
    }
  }

  #list({ attachments, after, limit }: PluginCommands['images.list']['args']): unknown {
    const wanted = [...this.attachments.values()]
      .filter(({ id }) => attachments === 'all' || attachments.includes(id))
      .toSorted((a, b) => a.id - b.id)
    return { items: structuredClone(wanted.filter(({ id }) => id > after).slice(0, limit)), total: wanted.length }
  }

  #serve({ id, webp }: PluginCommands['images.serve']['args']): unknown {
    this.onServe(id, webp)
    const attachment = this.attachments.get(id)
    if (attachment) this.attachments.set(id, { ...attachment, served: { ...webp } })
    this.files.changes.push(`serve ${id}: ${Object.keys(webp).length}`)
    return { served: Object.keys(webp).length }
  }

  /** Runs the job on this site; `files` where they are not those in memory. */
  run(
    encoder: ImageEncoder,
    input: KindImagesOptimizeInput,
    signal: AbortSignal = new AbortController().signal,
    files: SiteFiles = this.files,
  ): Promise<Outcome> {
    const silent = (): void => undefined
    const context: JobContext<KindImagesOptimizeInput> = {
      jobId: 'job_1',
      attempt: 1,
      input,
      policy: {} as DocumentPolicy,
      signal,
      clock: { now: () => 0, monotonic: () => 0, after: () => silent, random: () => 0 },
      log: { info: silent, warn: silent, error: silent },
      php: this,
      changes: noChanges,
      cdn: noCdn,
      progress: (_done, _total, note) => void this.notes.push(note),
      step: (name, kind, work) => {
        this.steps.push(`${name} (${kind})`)
        return work()
      },
    }
    return imagesOptimize({ files, encoder })(context)
  }
}
