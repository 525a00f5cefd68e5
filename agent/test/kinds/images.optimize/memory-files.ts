import { PlatenError, type ErrorCode } from '@platen/protocol'
import type { SiteFiles } from '../../../src/ports/site-files.ts'

/** A site's files in memory, with a wish for failures and a diary of changes. */
export class MemoryFiles implements SiteFiles {
  readonly content = new Map<string, { data: Buffer; modifiedMs: number }>()
  /** Paths that answer every call with a code. */
  readonly broken = new Map<string, ErrorCode>()
  /** Paths that can't be written. */
  readonly unwritable = new Map<string, ErrorCode>()
  readonly changes: string[] = []
  reads = 0
  #time = 1_000

  put(path: string, data: Uint8Array): void {
    this.#time += 1
    this.content.set(path, { data: Buffer.from(data), modifiedMs: this.#time })
  }

  async read(path: string, maxBytes: number): Promise<Buffer> {
    this.#check(path)
    this.reads += 1
    const file = this.content.get(path)
    if (!file) throw new PlatenError('file.not_found')
    if (file.data.length > maxBytes) throw new PlatenError('file.too_large')
    return Buffer.from(file.data)
  }

  async info(path: string): Promise<{ size: number; modifiedMs: number; mode: number } | undefined> {
    this.#check(path)
    const file = this.content.get(path)
    return file && { size: file.data.length, modifiedMs: file.modifiedMs, mode: 0o644 }
  }

  async write(path: string, data: Uint8Array): Promise<void> {
    this.#check(path)
    const code = this.unwritable.get(path)
    if (code) throw new PlatenError(code)
    this.put(path, data)
    this.changes.push(`write ${path}`)
  }

  async remove(path: string): Promise<void> {
    this.#check(path)
    if (this.content.delete(path)) this.changes.push(`remove ${path}`)
  }

  async list(path: string, most: number): Promise<readonly string[]> {
    const inside = [...this.content.keys()].filter(name => name.startsWith(`${path}/`)).map(name => name.slice(path.length + 1))
    return inside.filter(name => !name.includes('/')).slice(0, most)
  }

  /** Paths of WebPs that are there. */
  webps(): string[] {
    return [...this.content.keys()].filter(path => path.endsWith('.platen.webp')).toSorted()
  }

  #check(path: string): void {
    if (path.split('/').includes('..') || path.startsWith('/')) throw new PlatenError('path.outside')
    const code = this.broken.get(path)
    if (code) throw new PlatenError(code)
  }
}
