import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NativeSite } from '@platen/lab'

/** The paths of some four hundred of the site's pages, of every kind that WordPress makes, and some that are only to be. */
export async function addresses(site: NativeSite): Promise<readonly string[]> {
  const php = await readFile(join(import.meta.dirname, 'addresses.php'), 'utf8')
  return JSON.parse(await site.wp(php.replace('<?php', ''))) as string[]
}
