import type { Dice } from '../chaos/dice.ts'
import { jsonText, jsonTree, objectsIn, placesIn, type JsonTree } from './json-tree.ts'

/** Names that mean something to JavaScript. */
const treacherous = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'type', 'then', 'length', '']
const polluting = '{"polluted":true,"constructor":{"prototype":{"polluted":true}}}'

/** Values that readers get wrong. */
const hostile: readonly string[] = [
  'null',
  'true',
  '0',
  '-0',
  '-1',
  '1.5',
  '9007199254740993',
  '1e308',
  '1e999',
  '-1e999',
  '1e-400',
  '4294967296',
  '""',
  '[]',
  '{}',
  '[[]]',
  String.raw`"\u0000"`,
  String.raw`"\ud800"`,
  String.raw`"\udc00\ud800"`,
  String.raw`"\u202e\u2066<script>alert(1)</script>"`,
  String.raw`"\r\nX-Injected: 1\r\n\r\n"`,
  '"__proto__"',
  '"../../../../etc/passwd"',
  polluting,
]

/** JSON text that is nearly, or no longer, what a valid value was. */
export function mutatedJson(dice: Dice, value: unknown): string {
  const root: { items: JsonTree[] } = { items: [jsonTree(value)] }
  for (let edits = dice.between(1, 4); edits > 0; edits -= 1) edit(dice, root)
  return jsonText(root.items[0] ?? { raw: 'null' })
}

function edit(dice: Dice, root: { items: JsonTree[] }): void {
  const places = placesIn(root)
  if (places.length === 0) return
  const place = dice.oneOf(places)
  switch (dice.between(0, 6)) {
    case 0:
      // A copy: a tree that is put into itself has no end.
      return place.put(structuredClone(dice.oneOf(places).value))
    case 1:
      return place.put({ raw: big(dice) })
    case 2:
      return place.put(bent(dice, place.value))
    case 3:
      return rename(dice, root)
    case 4:
      return add(dice, root)
    default:
      return place.put({ raw: dice.oneOf(hostile) })
  }
}

/** Much of something: nesting, items, characters, digits, members. */
function big(dice: Dice): string {
  const count = dice.oneOf([30, 500, 5_000, 60_000])
  switch (dice.between(0, 5)) {
    case 0:
      return '['.repeat(count) + ']'.repeat(count)
    case 1:
      return `${'{"a":'.repeat(count)}1${'}'.repeat(count)}`
    case 2:
      return `[${Array.from({ length: Math.min(count, 5_000) }, () => '0').join(',')}]`
    case 3:
      return `"${dice.oneOf(['a', 'é', '\\u0000', '\\ud800', '/', '"\\"'.slice(1)]).repeat(count)}"`
    case 4:
      return '9'.repeat(Math.min(count, 5_000))
    default:
      return `{${Array.from({ length: Math.min(count, 5_000) }, (_, index) => `"m${index}":0`).join(',')}}`
  }
}

/** The same kind of thing with something wrong in it. */
function bent(dice: Dice, tree: JsonTree): JsonTree {
  if ('items' in tree) return { items: dice.between(0, 1) === 0 ? tree.items.slice(1) : [...tree.items, ...structuredClone(tree.items)] }
  if ('members' in tree) return { members: dice.shuffled(tree.members).slice(dice.between(0, 1)) }
  if (!tree.raw.startsWith('"')) return { raw: `${tree.raw}${dice.between(0, 9)}` }
  const inner = tree.raw.slice(1, -1)
  const at = dice.between(0, inner.length)
  return {
    raw: `"${inner.slice(0, at)}${dice.oneOf(['', 'A', '.', '/', '\\u0000', '\\ud83d', ' '])}${inner.slice(at + dice.between(0, 1))}"`,
  }
}

function rename(dice: Dice, root: { items: JsonTree[] }): void {
  const object = dice.oneOf([{ members: [] }, ...objectsIn(root)])
  if (object.members.length === 0) return
  const at = dice.between(0, object.members.length - 1)
  const [, value] = object.members[at] as [string, JsonTree]
  object.members[at] = [dice.oneOf(treacherous), value]
}

/** One member more; now and then one that is there already. */
function add(dice: Dice, root: { items: JsonTree[] }): void {
  const object = dice.oneOf([{ members: [] }, ...objectsIn(root)])
  const names = [...treacherous, ...object.members.map(([name]) => name)]
  object.members.push([dice.oneOf(names), { raw: dice.oneOf([polluting, ...hostile]) }])
}
