import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { LabError } from '../lab-error.ts'
import { waitUntil } from './wait-until.ts'

const waitForOtherMs = 300_000

/**
 * Gives the folder `target`, made by `build` if it is not there yet. The folder appears whole or not at all (built aside, then renamed),
 * and processes that want the same one wait for the first. Throws what `build` throws, `lab.no_disk` when the disk is full.
 */
export async function makeOnce(target: string, build: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(target)) return target
  await mkdir(dirname(target), { recursive: true })
  const lock = `${target}.lock`
  await waitUntil(`another process to finish ${target}`, waitForOtherMs, () => takeLock(lock))
  try {
    if (!existsSync(target)) await buildAside(target, build)
    return target
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

async function buildAside(target: string, build: (folder: string) => Promise<void>): Promise<void> {
  const aside = `${target}.making-${process.pid}-${randomBytes(4).toString('hex')}`
  await mkdir(aside, { recursive: true })
  try {
    await build(aside)
    await rename(aside, target)
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    throw noDisk(error) ?? error
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw noDisk(error) ?? error
    if (await isStale(lock)) await rm(lock, { recursive: true, force: true })
    return false
  }
  await writeFile(join(lock, 'pid'), String(process.pid))
  return true
}

async function isStale(lock: string): Promise<boolean> {
  const pid = Number(await readFile(join(lock, 'pid'), 'utf8').catch(() => String(process.pid)))
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return isCode(error, 'ESRCH')
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code
}

function noDisk(error: unknown): LabError | undefined {
  if (!isCode(error, 'ENOSPC') && !(error instanceof LabError && error.message.includes('No space left'))) return undefined
  return new LabError('lab.no_disk', 'The disk is full', 'Free some space (about 1 GB is needed), or delete the folder .platen/cache.', {
    cause: error,
  })
}
