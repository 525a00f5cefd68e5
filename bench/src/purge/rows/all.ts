import type { Row } from '../row.ts'
import { commentRows } from './comments.ts'
import { lookRows } from './looks.ts'
import { postRows } from './posts.ts'
import { siteRows } from './site.ts'
import { termRows } from './terms.ts'
import { thingRows } from './things.ts'
import { viewRows } from './views.ts'

/** Every kind of change, in the order in which they are made: each finds the site as those before left it. */
export const allRows: readonly Row[] = [...postRows, ...termRows, ...commentRows, ...thingRows, ...siteRows, ...lookRows, ...viewRows]

/** Those that are asked for. @throws where there is none of the name */
export function chosenRows(names: readonly string[] | undefined): readonly Row[] {
  const unknown = names?.find(name => !allRows.some(row => row.name === name))
  if (unknown !== undefined) throw new Error(`No row ${unknown}. There are: ${allRows.map(row => row.name).join(', ')}`)
  return allRows.filter(row => !names || names.includes(row.name))
}
