/**
 * JSON as it is written rather than as it is read: an object keeps its members in order and may have one twice, and `raw`
 * stands for text that no serializer would write.
 */
export type JsonTree = { readonly raw: string } | { readonly items: JsonTree[] } | { readonly members: [name: string, value: JsonTree][] }

/** A value as a tree. */
export function jsonTree(value: unknown): JsonTree {
  if (Array.isArray(value)) return { items: value.map(jsonTree) }
  if (typeof value === 'object' && value !== null)
    return { members: Object.entries(value).map(([name, member]) => [name, jsonTree(member)]) }
  return { raw: JSON.stringify(value) ?? 'null' }
}

/** The text of a tree. */
export function jsonText(tree: JsonTree): string {
  if ('raw' in tree) return tree.raw
  if ('items' in tree) return `[${tree.items.map(jsonText).join(',')}]`
  return `{${tree.members.map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(',')}}`
}

/** A place in a tree whose value can be read and put. */
export interface JsonPlace {
  readonly value: JsonTree
  put(value: JsonTree): void
}

/** Every place below the root. */
export function placesIn(tree: JsonTree): JsonPlace[] {
  if ('raw' in tree) return []
  if ('items' in tree) {
    const { items } = tree
    return items.flatMap((value, at) => [{ value, put: (next: JsonTree) => void (items[at] = next) }, ...placesIn(value)])
  }
  const { members } = tree
  return members.flatMap(([name, value], at) => [{ value, put: (next: JsonTree) => void (members[at] = [name, next]) }, ...placesIn(value)])
}

/** Every object of a tree, the tree itself among them. */
export function objectsIn(tree: JsonTree): Extract<JsonTree, { members: unknown }>[] {
  const places = placesIn(tree).map(({ value }) => value)
  return [tree, ...places].filter(node => 'members' in node)
}
