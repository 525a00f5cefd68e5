import { hash } from 'node:crypto'
import { packNumbers, unpackNumbers } from '../domain/packed-numbers.ts'
import type { Statements } from './lazy-statements.ts'

/** Sets of tags by number, each kept once however many pages have it. */
export interface TagSets {
  /** The number of a set, which is made where it is new. */
  intern(tags: readonly string[]): number
  /** The sets that hold a tag. */
  holding(tag: string): readonly number[]
  remove(set: number): void
  /** Forgets the sets that it has by heart: their transaction is over. */
  forget(): void
}

/** A set is known by 66 bits of its digest: two of a million that are taken for one another would be chance beyond sense. */
const digestCharacters = 11
const numberLength = 2 ** 32
const numbered = /^(.*):(\d{1,9})$/

/** Those in one database. */
export function tagSetsIn(statement: Statements): TagSets {
  /** Pages that come together have most sets in common. */
  const byHeart = new Map<string, number>()
  const make = (tags: readonly string[], digest: string): number => {
    const numbers = new Set(tags.map(tagNumber))
    const { lastInsertRowid } = statement('INSERT INTO sets (digest, tags) VALUES (?, ?)').run(digest, packNumbers(numbers))
    for (const number of numbers) statement('INSERT INTO set_tags (tag, set_id) VALUES (?, ?)').run(number, lastInsertRowid)
    return Number(lastInsertRowid)
  }
  const find = (tags: readonly string[], text: string): number => {
    const digest = hash('sha256', text, 'base64').slice(0, digestCharacters)
    return (statement('SELECT id FROM sets WHERE digest = ?').get(digest)?.['id'] as number | undefined) ?? make(tags, digest)
  }
  return {
    intern: tags => {
      const text = tags.join(' ')
      const set = byHeart.get(text) ?? find(tags, text)
      byHeart.set(text, set)
      return set
    },
    holding: tag =>
      statement('SELECT set_id FROM set_tags WHERE tag = ?')
        .all(tagNumber(tag))
        .map(row => row['set_id'] as number),
    remove: set => {
      const tags = statement('SELECT tags FROM sets WHERE id = ?').get(set)?.['tags'] as Uint8Array | undefined
      for (const tag of tags ? unpackNumbers(tags) : []) statement('DELETE FROM set_tags WHERE tag = ? AND set_id = ?').run(tag, set)
      statement('DELETE FROM sets WHERE id = ?').run(set)
    },
    forget: () => byHeart.clear(),
  }
}

/**
 * A tag as a number, since names would take most of the room: its class in 20 bits of a digest, then its own number, or 32 bits
 * of a digest of its name. So what was made together lies together on disk. Two tags that meet cost a purge too many.
 */
function tagNumber(tag: string): number {
  const [, group = tag.slice(0, tag.indexOf(':')), number] = numbered.exec(tag) ?? []
  return (shortDigest(group, 3) >> 4) * numberLength + (number === undefined ? shortDigest(tag, 4) : Number(number))
}

/** So many bytes of a text's digest, as a number. */
export function shortDigest(text: string, bytes: number): number {
  // Texts are left to collect after, and no buffers, which take several times as long.
  return Number.parseInt(hash('sha256', text, 'hex').slice(0, 2 * bytes), 16)
}
