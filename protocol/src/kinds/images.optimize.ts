import { Type } from 'typebox'
import type { KindSource } from './kind-source.ts'
import { closed, Code, Count, Ordinal, SitePath, Summary } from './parts.ts'

/** Makes a smaller WebP beside every size of an upload, from the original, or removes them again. */
export const imagesOptimize: KindSource = {
  name: 'images.optimize',
  title: 'Image optimizing',
  action: 'Optimize images',
  description: 'Makes smaller versions of your images for browsers that can show them. Originals stay as they are.',
  weight: 'heavy',
  priority: 30,
  role: 'site',
  retry: { attempts: 2, firstMs: 10_000, capMs: 300_000, codes: ['php.unavailable', 'php.timeout', 'worker.crashed', 'job.lost'] },
  coalesce: { by: ['attachments', 'mode'], mode: 'keep-first' },
  deadlines: { queueMs: 7 * 24 * 3_600_000, runMs: 6 * 3_600_000 },
  usualInput: { attachments: 'all', mode: 'optimize' },
  input: closed({
    attachments: Type.Union([Type.Literal('all'), Type.Array(Ordinal, { minItems: 1, maxItems: 1000 })]),
    mode: Type.Enum(['optimize', 'restore']),
  }),
  result: closed({
    summary: Summary,
    attachments: Count,
    files: closed({ made: Count, kept: Count, unchanged: Count, restored: Count, failed: Count }),
    /** Bytes of the files that have a WebP now, before and after. */
    bytesBefore: Count,
    bytesAfter: Count,
    /** The first files with what became of each. */
    items: Type.Array(
      closed({
        attachment: Ordinal,
        file: SitePath,
        outcome: Type.Enum(['made', 'kept', 'unchanged', 'restored', 'failed']),
        /** Bytes of the file and of its WebP. */
        before: Type.Optional(Count),
        after: Type.Optional(Count),
        code: Type.Optional(Code),
      }),
      { maxItems: 500 },
    ),
  }),
}
