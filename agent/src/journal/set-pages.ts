import { blockPages, pagesIn, withoutPage, withPage, type PageBits } from '../domain/page-bits.ts'
import type { Statements } from './lazy-statements.ts'

/** Which pages have which set. Changes gather until `flush`: pages that come together have most sets in common. */
export interface SetPages {
  add(set: number, page: number): void
  remove(set: number, page: number): void
  /** Writes what has gathered; answers the sets that lost a page and have none left. */
  flush(): readonly number[]
  /** Forgets what has gathered, since its transaction failed. */
  discard(): void
  /** Puts the pages of a set into `found`. */
  collect(set: number, found: Set<number>): void
}

interface Block {
  readonly set: number
  readonly block: number
  readonly before: PageBits | undefined
  bits: PageBits | undefined
}

/** Blocks of a set, more than there can be. */
const mostBlocks = 2 ** 20

/** Those in one database. */
export function setPages(statement: Statements): SetPages {
  const open = new Map<number, Block>()
  const blockOf = (set: number, page: number): Block => {
    const block = Math.floor(page / blockPages)
    const key = set * mostBlocks + block
    const known = open.get(key)
    if (known) return known
    const before = statement('SELECT bits FROM set_pages WHERE set_id = ? AND block = ?').get(set, block)?.['bits'] as PageBits | undefined
    const fresh: Block = { set, block, before, bits: before }
    open.set(key, fresh)
    return fresh
  }
  const write = ({ set, block, before, bits }: Block): void => {
    if (bits === before) return
    if (bits) statement('INSERT OR REPLACE INTO set_pages (set_id, block, bits) VALUES (?, ?, ?)').run(set, block, bits)
    else statement('DELETE FROM set_pages WHERE set_id = ? AND block = ?').run(set, block)
  }
  return {
    add: (set, page) => {
      const block = blockOf(set, page)
      block.bits = withPage(block.bits, page % blockPages)
    },
    remove: (set, page) => {
      const block = blockOf(set, page)
      block.bits = block.bits && withoutPage(block.bits, page % blockPages)
    },
    flush: () => {
      for (const block of open.values()) write(block)
      const emptied = new Set([...open.values()].filter(({ bits }) => bits === undefined).map(({ set }) => set))
      open.clear()
      return [...emptied].filter(set => !statement('SELECT 1 FROM set_pages WHERE set_id = ? LIMIT 1').get(set))
    },
    discard: () => open.clear(),
    collect: (set, found) => {
      for (const { block, bits } of statement('SELECT block, bits FROM set_pages WHERE set_id = ?').all(set))
        for (const place of pagesIn(bits as PageBits)) found.add((block as number) * blockPages + place)
    },
  }
}
