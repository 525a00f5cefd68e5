import { limits } from './limits.ts'

/**
 * Whether a value has more levels of objects and lists than anything of Platen's: asked of what was parsed from JSON before it
 * is hashed, logged or written again, since all of those call themselves once a level and JSON.parse does not.
 */
export function isNestedTooDeeply(value: unknown): boolean {
  return depth(value, 0) > limits.link.nesting
}

/** Levels of nesting, counted no further than one past the bound. */
function depth(value: unknown, level: number): number {
  if (level > limits.link.nesting || value === null || typeof value !== 'object') return level
  let deepest = level
  for (const member of Object.values(value)) deepest = Math.max(deepest, depth(member, level + 1))
  return deepest
}
