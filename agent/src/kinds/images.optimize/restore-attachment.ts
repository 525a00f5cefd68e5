import { isSafeName, shown, webpName, type Attachment, type Item } from './plan.ts'
import { removeSet } from './place-set.ts'
import type { ImageRecord } from './record.ts'
import type { SiteImages } from './site-images.ts'

/** Lets the plugin serve the originals again and removes what stands for them. The originals themselves are never touched. */
export async function restoreAttachment(site: SiteImages, attachment: Attachment): Promise<readonly Item[]> {
  const record = await site.records.find(attachment.id)
  const ours = owned(attachment, record)
  await retire(site, attachment, record)
  const files = new Set(attachment.files.map(({ file }) => file))
  return [...new Set([...files, ...ours])].map(file => ({
    attachment: attachment.id,
    file: shown(site.uploads, file),
    outcome: ours.includes(file) ? 'restored' : 'unchanged',
  }))
}

/** Takes an attachment's WebPs out of service, then off the disk: never the other way round. */
export async function retire(site: SiteImages, attachment: Attachment, record: ImageRecord | undefined): Promise<void> {
  const { id, served } = attachment
  const isServed = Object.keys(served).length > 0
  const ours = owned(attachment, record)
  if (!isServed && ours.length === 0) return record && site.records.drop(id, [])
  await site.change(`take ${id} out of service`, async () => {
    if (isServed) await site.context.php.call('images.serve', { id, webp: {} })
    await removeSet(site, id, ours)
  })
}

/** Removes what is left of images that WordPress has deleted meanwhile. */
export async function restoreDeleted(site: SiteImages, listed: ReadonlySet<number>): Promise<readonly Item[]> {
  const items: Item[] = []
  for (const id of await site.records.ids()) {
    if (listed.has(id)) continue
    const names = Object.keys((await site.records.find(id))?.webp ?? {})
    await site.change(`remove what is left of ${id}`, () => removeSet(site, id, names))
    for (const name of names) items.push({ attachment: id, file: shown(site.uploads, name), outcome: 'restored' })
  }
  return items
}

/** Files whose WebP is ours: by the record, or by what the plugin serves where the record was lost. */
function owned({ served }: Attachment, record: ImageRecord | undefined): string[] {
  const names = Object.keys(served).filter(name => isSafeName(name) && served[name] === webpName(name))
  return [...new Set([...Object.keys(record?.webp ?? {}), ...names])]
}
