import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const prefix = 'platen-lab-'
const named = /^platen-lab-(\d+)-/
const keptPrefix = 'platen-kept-'

/** A new folder below the system's temporary one that other users may walk into, as web server, database and PHP must. Its maker removes it. */
export async function temporaryFolder(): Promise<string> {
  await sweep()
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  await chmod(folder, 0o755)
  return folder
}

/** Removes such a folder; what still dies in it may write a last time, hence the retries. */
export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** Gives such a folder a name under which it stays after its maker: for people to look into. Where it is then. */
export async function keepFolder(folder: string): Promise<string> {
  const kept = join(tmpdir(), basename(folder).replace(prefix, keptPrefix))
  await rename(folder, kept)
  return kept
}

/** Takes away what processes left that were killed: their names carry the dead process's id. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(named.exec(name)?.[1] ?? process.pid)
    if (!isAlive(pid)) await removeFolder(join(tmpdir(), name)).catch(() => {}) // Another user's: not ours to remove.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
