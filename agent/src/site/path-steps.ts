import { PlatenError } from '@platen/protocol'

/** Bounds of Linux: bytes of a name, and of a path with the root before it. */
const nameBytes = 255
const pathBytes = 3_072

/**
 * The steps of a relative path. Anything that could mean another place than the one it spells is refused: empty and dot
 * steps, absolute paths, control characters (NUL above all).
 * @throws PlatenError path.outside
 */
export function pathSteps(path: string): readonly string[] {
  const steps = path.split('/')
  if (Buffer.byteLength(path) > pathBytes || !steps.every(isStep)) throw new PlatenError('path.outside', undefined, { field: 'path' })
  return steps
}

/** Whether a name stands for itself: one entry of one folder. */
export function isStep(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || Buffer.byteLength(name) > nameBytes) return false
  // A name with U+FFFD was not valid UTF-8, or could name a second file that looks the same here.
  return !/[\p{Cc}/\uFFFD]/u.test(name) && name.isWellFormed()
}
