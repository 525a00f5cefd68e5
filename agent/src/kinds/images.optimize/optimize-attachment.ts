import type { ErrorCode } from '@platen/protocol'
import { settings } from './choice.ts'
import { drawSet, type Drawn } from './draw-set.ts'
import { codeOfFile } from './file-errors.ts'
import { below, planAttachment, serving, servesJust, shown, webpName, type Attachment, type Item, type Target } from './plan.ts'
import { placeSet } from './place-set.ts'
import { stillThere } from './prints.ts'
import type { FilePrint, ImageRecord } from './record.ts'
import { retire } from './restore-attachment.ts'
import type { SiteImages } from './site-images.ts'

/**
 * Brings one attachment to where it should be, from wherever it is: nothing where it is there already. What is one file's
 * fault is told in the items. Nothing of an incomplete set stays or is served.
 * @throws PlatenError job.cancelled, disk.full and what PhpChannel throws
 */
export async function optimizeAttachment(site: SiteImages, attachment: Attachment): Promise<readonly Item[]> {
  const plan = planAttachment(attachment, site.uploads)
  if (plan.state === 'refuse') return [{ attachment: attachment.id, file: plan.file, outcome: 'failed', code: plan.code }]
  const record = await site.records.find(attachment.id)
  if (plan.state === 'leave') {
    await retire(site, attachment, record)
    return unchanged(site, attachment.id, plan.files)
  }
  const files = plan.targets.map(({ file }) => file)
  if (record && (await isCurrent(site, record, plan.source, files))) return keep(site, attachment, record, files)
  await retire(site, attachment, record)
  return make(site, attachment.id, plan.source, plan.targets)
}

async function isCurrent(site: SiteImages, record: ImageRecord, source: string, files: readonly string[]): Promise<boolean> {
  if (record.settings !== settings || record.state === 'making') return false
  if (!namesJust(record.prints, [source, ...files]) || !namesJust(record.webp, record.state === 'made' ? files : [])) return false
  try {
    return (await stillThere(site.files, site.uploads, record.prints)) && (await areThere(site, record.webp))
  } catch (error) {
    // A file that has become a link or unreadable: drawing the set anew names it.
    codeOfFile(error)
    return false
  }
}

function namesJust(entries: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return Object.keys(entries).length === new Set(names).size && names.every(name => Object.hasOwn(entries, name))
}

async function areThere(site: SiteImages, webp: ImageRecord['webp']): Promise<boolean> {
  for (const [file, bytes] of Object.entries(webp)) {
    if ((await site.files.info(below(site.uploads, webpName(file))))?.size !== bytes) return false
  }
  return true
}

/** All is there; where the plugin does not serve it (it was away the last time), it does now. */
async function keep(site: SiteImages, attachment: Attachment, record: ImageRecord, files: readonly string[]): Promise<readonly Item[]> {
  const { id, served } = attachment
  const kept = record.state === 'made' ? files : []
  const inService = servesJust(served, kept)
  if (!inService) await site.change(`serve ${id}`, () => announce(site, id, kept))
  if (record.state === 'left') return unchanged(site, id, files)
  return kept.map(file => ({
    attachment: id,
    file: shown(site.uploads, file),
    outcome: inService ? 'kept' : 'made',
    before: record.prints[file]?.size ?? 0,
    after: record.webp[file] ?? 0,
  }))
}

async function make(site: SiteImages, id: number, source: string, targets: readonly Target[]): Promise<readonly Item[]> {
  const files = targets.map(({ file }) => file)
  const set = await drawSet(site, source, targets)
  switch (set.state) {
    case 'failed':
      return failed(site, id, files, set.failures)
    case 'left':
      await site.records.save(id, { version: 1, settings, state: 'left', prints: set.prints, webp: {} })
      return unchanged(site, id, files)
    case 'drawn':
      return serve(site, id, set.drawn, set.prints)
  }
}

/** Writes the set and has it served. What is drawn is drawn already, so a cancelled job stops before this step or after it. */
async function serve(
  site: SiteImages,
  id: number,
  drawn: readonly Drawn[],
  prints: Readonly<Record<string, FilePrint>>,
): Promise<readonly Item[]> {
  const files = drawn.map(({ file }) => file)
  const placed = await site.change(`serve ${id}`, () => place(site, id, drawn, prints))
  if (placed === 'taken') return unchanged(site, id, files)
  return drawn.map(({ file, before, data }) => ({
    attachment: id,
    file: shown(site.uploads, file),
    ...(placed === 'served' ? { outcome: 'made', before, after: data.length } : { outcome: 'failed', code: placed }),
  }))
}

/** The plugin hears of the set when all of it is on the disk. Answers the code where a file's folder refuses it. */
async function place(
  site: SiteImages,
  id: number,
  drawn: readonly Drawn[],
  prints: Readonly<Record<string, FilePrint>>,
): Promise<'served' | 'taken' | ErrorCode> {
  try {
    if (!(await placeSet(site, id, drawn, prints))) {
      site.context.log.warn('images:name-taken', { attachment: id })
      return 'taken'
    }
  } catch (error) {
    return codeOfFile(error)
  }
  const files = drawn.map(({ file }) => file)
  await announce(site, id, files)
  return 'served'
}

async function announce({ context }: SiteImages, id: number, files: readonly string[]): Promise<void> {
  await context.php.call('images.serve', { id, webp: serving(files) })
}

function unchanged(site: SiteImages, attachment: number, files: readonly string[]): Item[] {
  return files.map(file => ({ attachment, file: shown(site.uploads, file), outcome: 'unchanged' }))
}

function failed(site: SiteImages, attachment: number, files: readonly string[], failures: ReadonlyMap<string, ErrorCode>): Item[] {
  return [...new Set([...failures.keys(), ...files])].map(file => {
    const code = failures.get(file)
    return { attachment, file: shown(site.uploads, file), ...(code ? { outcome: 'failed', code } : { outcome: 'unchanged' }) }
  })
}
