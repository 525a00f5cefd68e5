import { stat, truncate } from 'node:fs/promises'

const checkMs = 2_000

/** Keeps a file that another process appends to below about `maxBytes`: it is emptied when it has grown beyond. Call the result to end that. */
export function boundFile(path: string, maxBytes: number): () => void {
  const timer = setInterval(() => void check(path, maxBytes), checkMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function check(path: string, maxBytes: number): Promise<void> {
  const size = await stat(path).then(
    found => found.size,
    // Not written yet, or its folder is gone already.
    () => 0,
  )
  if (size > maxBytes) await truncate(path)
}
