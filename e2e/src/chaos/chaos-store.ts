import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startMongoWire } from '@platen/lab'

/** Where a run's gateway keeps what it knows. */
export interface ChaosStore {
  /** What `gateway init` and `gateway run` are told. */
  readonly options: readonly string[]
  /** Kills the store where it is a process of its own, and starts it again on the same data. */
  readonly process?: { kill(): Promise<void>; start(): Promise<void> }
  close(): Promise<void>
}

/** Opens a store whose files are in a folder. */
export type OpenChaosStore = (folder: string) => Promise<ChaosStore>

const close = (): Promise<void> => Promise.resolve()

/** The stores that a run can be about. SQLite lives and dies with the gateway's process. */
export const chaosStores: Readonly<Record<string, OpenChaosStore>> = {
  sqlite: () => Promise.resolve({ options: [], close }),
  mongo: async folder => {
    const server = await startMongoWire(join(folder, 'mongo'))
    const file = join(folder, 'store-url')
    await writeFile(file, server.url('platen'), { mode: 0o600 })
    const process = { kill: () => server.kill(), start: () => server.start() }
    return { options: ['--store-file', file], process, close: () => server.stop() }
  },
}
