import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { percentile } from './percentile.ts'

const times = 300
const page = Buffer.alloc(4_096, 1)

/** What it takes to have one page on the disk of `folder`, in milliseconds: the floor of everything durable. */
export function fsyncTimes(folder: string): { readonly p50Ms: number; readonly p99Ms: number } {
  const path = join(folder, 'fsync-probe')
  const file = openSync(path, 'w')
  const took: number[] = []
  for (let time = 0; time < times; time += 1) {
    const from = performance.now()
    writeSync(file, page)
    fdatasyncSync(file)
    took.push(performance.now() - from)
  }
  closeSync(file)
  rmSync(path)
  return { p50Ms: percentile(took, 50), p99Ms: percentile(took, 99) }
}
