/** The agent's main process in the wrong hands: it writes what it was told to the launcher, looks what became of it, and says so. */
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

/** What is left in the agent's state. */
export interface HostileReport {
  /** Workers that the launcher started: their users, and their command lines. */
  readonly workers: readonly { readonly uid: number; readonly command: string }[]
}

const lookMs = 4_000
const { values } = parseArgs({ options: { policy: { type: 'string', default: '' }, local: { type: 'boolean' } } })
const { agent } = JSON.parse(readFileSync(values.policy, 'utf8')) as { agent: { state: string; control: string } }
const lines = JSON.parse(readFileSync(join(agent.state, 'hostile-lines.json'), 'utf8')) as readonly string[]
const launcher = new Socket({ fd: 3 })
// Workers come here, and are left waiting for an order.
const door = join(dirname(agent.control), 'workers.sock')
rmSync(door, { force: true })
createServer(() => {}).listen(door, () => {
  chmodSync(door, 0o666)
  for (const line of lines) launcher.write(`${line}\n`)
  setTimeout(() => {
    writeFileSync(join(agent.state, 'hostile-report.json'), JSON.stringify({ workers: workers() } satisfies HostileReport))
    launcher.write('ready\n')
  }, lookMs)
})
launcher.resume()

/** Brothers of this process that are no main process. */
function workers(): HostileReport['workers'] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8')
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1])
        if (parent !== process.ppid || Number(name) === process.pid) return []
        return [{ uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]), command }]
      } catch {
        // No process, or gone.
        return []
      }
    })
}
