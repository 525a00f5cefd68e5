import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { freePort, waitUntil } from '@platen/lab'
import { kinds } from '@platen/protocol'

const main = join(import.meta.dirname, '..', '..', 'lab', 'src', 'demo', 'main.ts')
const demoMs = 240_000
const endMs = 30_000

/** A demo whose processes can be told by a mark in their environment. */
class Demo {
  readonly mark: string = `PLATEN_TEST_MARK=${randomUUID()}`
  stdout = ''
  stderr = ''
  readonly #child: ChildProcess
  readonly #exited: Promise<number | null>

  constructor(...options: string[]) {
    const [name, value] = this.mark.split('=') as [string, string]
    this.#child = spawn(process.execPath, ['--conditions=source', main, ...options], {
      env: { ...process.env, [name]: value },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout?.on('data', (piece: Buffer) => (this.stdout += piece.toString()))
    this.#child.stderr?.on('data', (piece: Buffer) => (this.stderr += piece.toString()))
    this.#exited = new Promise(resolve => this.#child.once('exit', resolve))
  }

  /** Its exit code. */
  ended(): Promise<number | null> {
    return this.#exited
  }

  interrupt(): void {
    this.#child.kill('SIGINT')
  }

  assertRunning(): void {
    assert.equal(this.#child.exitCode, null, this.stderr)
  }

  /** Processes that it left behind. */
  left(): readonly string[] {
    return readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && environment(pid).includes(this.mark))
  }
}

/** Empty where the process is gone, or is another user's. */
function environment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}

describe('pnpm start', { concurrency: false, skip: process.platform === 'linux' ? false : 'needs /proc' }, () => {
  const demos: Demo[] = []
  const start = (...options: string[]): Demo => {
    const demo = new Demo(...options)
    demos.push(demo)
    return demo
  }
  after(async () => {
    for (const demo of demos) {
      demo.interrupt()
      await demo.ended()
    }
  })

  it('brings up WordPress in WebAssembly, runs the four jobs, leaves both addresses open, and ends without a trace on Ctrl-C', async () => {
    const [sitePort, gatewayPort] = [await freePort(), await freePort()]
    const demo = start('--json', '--site-port', String(sitePort), '--gateway-port', String(gatewayPort))
    await waitUntil('the line of JSON', demoMs, () => {
      demo.assertRunning()
      return Promise.resolve(demo.stdout.includes('\n'))
    })
    const { jobs, urls } = JSON.parse(demo.stdout) as {
      jobs: { kind: string; state: string; error?: unknown }[]
      urls: { admin: string; gateway: string }
    }
    assert.deepEqual(
      jobs.map(({ kind, state, error }) => `${kind} ${state} ${JSON.stringify(error)}`).toSorted(),
      kinds.map(({ name }) => `${name} succeeded undefined`).toSorted(),
    )
    const admin = await fetch(urls.admin, { signal: AbortSignal.timeout(endMs) })
    assert.match(await admin.text(), /user_login/)
    const gateway = await fetch(urls.gateway, { signal: AbortSignal.timeout(endMs) })
    assert.match(await gateway.text(), /Platen/)
    demo.interrupt()
    assert.equal(await demo.ended(), 130)
    await waitUntil('the end of every process', endMs, () => Promise.resolve(demo.left().length === 0))
  })

  it('says what to do when a port is taken, and leaves nothing running', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const demo = start('--once', '--site-port', String(port))
    assert.equal(await demo.ended(), 1)
    server.close()
    assert.match(demo.stderr, /port/i)
    assert.match(demo.stderr, /--site-port|another/i)
    assert.deepEqual(demo.left(), [])
  })

  it('explains itself, and refuses an option that it does not know', async () => {
    const help = start('--help')
    assert.equal(await help.ended(), 0)
    assert.match(help.stdout, /--native/)
    const wrong = start('--forever')
    assert.equal(await wrong.ended(), 1)
    assert.match(wrong.stderr, /--help/)
  })
})
