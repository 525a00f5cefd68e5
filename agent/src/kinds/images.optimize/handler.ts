import { PlatenError, type KindImagesOptimizeInput } from '@platen/protocol'
import type { ImageEncoder } from '../../ports/image-encoder.ts'
import type { Handler, JobContext } from '../../ports/job-handler.ts'
import type { SiteFiles } from '../../ports/site-files.ts'
import { attachmentPages, type AttachmentPage } from './attachment-pages.ts'
import { throwIfCancelled } from './draw-set.ts'
import { codeOfFile } from './file-errors.ts'
import { optimizeAttachment } from './optimize-attachment.ts'
import { isSafeName, shown, type Attachment, type Item } from './plan.ts'
import { openRecords } from './records.ts'
import { restoreAttachment, restoreDeleted } from './restore-attachment.ts'
import type { SiteImages } from './site-images.ts'
import { createTally, type Tally } from './tally.ts'

/** What the job is done with. */
export interface ImagesOptimizeParts {
  /** Files below the folder that holds WordPress. */
  readonly files: SiteFiles
  readonly encoder: ImageEncoder
}

/**
 * Makes a smaller WebP beside every size of the asked uploads and lets the plugin serve them, or takes that back. Each
 * attachment is a whole of its own: cancelled or crashed, those that are done stay done and the others as they were, and
 * running again goes on from there.
 */
export function imagesOptimize(parts: ImagesOptimizeParts): Handler<'images.optimize'> {
  return async context => {
    let changes = 0
    const site = await openSite(parts, context, () => {
      changes += 1
    })
    const tally = createTally()
    const listed = new Set<number>()
    for await (const page of attachmentPages(context)) await workPage(site, page, listed, tally)
    if (context.input.mode === 'restore' && context.input.attachments === 'all') tally.add(await restoreDeleted(site, listed))
    return { result: tally.result(context.input.mode), effect: changes > 0 ? 'applied' : 'none', savedBytes: tally.savedBytes() }
  }
}

async function openSite(
  { files, encoder }: ImagesOptimizeParts,
  context: JobContext<KindImagesOptimizeInput>,
  changing: () => void,
): Promise<SiteImages> {
  const { signal } = context
  const { uploadsPath: uploads } = await context.php.call('site.describe', {}, { signal })
  if (!isSafeName(uploads)) throw new PlatenError('path.outside', 'The uploads folder is not below the site’s.')
  const change: SiteImages['change'] = (name, work) => {
    changing()
    return context.step(name, 'idempotent', work)
  }
  return { files, encoder, context, uploads, signal, records: openRecords(files, uploads), change }
}

async function workPage(site: SiteImages, { items, total }: AttachmentPage, listed: Set<number>, tally: Tally): Promise<void> {
  for (const attachment of items) {
    throwIfCancelled(site.signal)
    tally.add(await workOne(site, attachment))
    listed.add(attachment.id)
    site.context.progress(listed.size, total, `${listed.size} of ${total} images`)
  }
}

/** One attachment; what only this one suffers from becomes an item. */
async function workOne(site: SiteImages, attachment: Attachment): Promise<readonly Item[]> {
  try {
    return site.context.input.mode === 'restore' ? await restoreAttachment(site, attachment) : await optimizeAttachment(site, attachment)
  } catch (error) {
    return [
      {
        attachment: attachment.id,
        file: shown(site.uploads, attachment.original),
        outcome: 'failed',
        code: codeOfFile(error),
      },
    ]
  }
}
