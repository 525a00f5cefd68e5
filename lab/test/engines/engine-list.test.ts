import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, it } from 'node:test'
import { engines, skipWithoutEngines } from '@platen/lab'

const run = promisify(execFile)
const main = fileURLToPath(new URL('../../src/engines/main.ts', import.meta.url))
const skip = await skipWithoutEngines()

describe('the engines command', { skip }, () => {
  it('lists every engine with where it was found, within a second when all are there', async () => {
    const started = performance.now()
    const { stdout } = await run(process.execPath, [main, '--json'])
    assert.ok(performance.now() - started < 1_000)
    const said = JSON.parse(stdout) as { missing: string[]; engines: { package: string; found: string }[] }
    assert.deepEqual(said.missing, [])
    assert.deepEqual(
      said.engines.map(row => row.package),
      engines.map(entry => entry.package),
    )
    for (const row of said.engines) assert.ok(existsSync(row.found), row.package)
  })

  it('leaves no policy behind that keeps services from starting', () => {
    assert.equal(existsSync('/usr/sbin/policy-rc.d.platen-lab-aside'), false)
  })
})
