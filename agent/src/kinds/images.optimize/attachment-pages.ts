import { PlatenError, type KindImagesOptimizeInput } from '@platen/protocol'
import type { JobContext } from '../../ports/job-handler.ts'
import type { Attachment } from './plan.ts'

/** Attachments of one call to the plugin. */
const pageSize = 20

/** A page of attachments, and how many there are in all. */
export interface AttachmentPage {
  readonly items: readonly Attachment[]
  readonly total: number
}

/**
 * The attachments that the job asks for, page by page in ids' order.
 * @throws PlatenError plugin.refused where the plugin does not go forward; what PhpChannel throws
 */
export async function* attachmentPages({
  php,
  input,
  signal,
}: Pick<JobContext<KindImagesOptimizeInput>, 'php' | 'input' | 'signal'>): AsyncGenerator<AttachmentPage> {
  let after = 0
  for (;;) {
    const page = await php.call('images.list', { attachments: input.attachments, after, limit: pageSize }, { signal })
    if (page.items.length === 0) return
    for (const { id } of page.items) {
      if (id <= after) throw new PlatenError('plugin.refused', 'It lists images out of order.')
      after = id
    }
    yield page
  }
}
