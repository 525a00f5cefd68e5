import assert from 'node:assert/strict'
import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { availableParallelism } from 'node:os'
import { describe, it, mock } from 'node:test'

describe('machineState', () => {
  it('tells this machine’s figures, and starts no program for it', async () => {
    const started = (['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync'] as const).map(name =>
      mock.method(childProcess, name, () => assert.fail(`${name} was called`)),
    )
    syncBuiltinESMExports()
    try {
      const { machineState } = await import('../../src/site/machine.ts')
      const state = await machineState()
      assert.ok(state.cpus >= availableParallelism())
      assert.ok(state.memoryTotalBytes >= state.memoryAvailableBytes && state.memoryAvailableBytes > 0)
      assert.ok(state.cpuPct >= 0 && state.cpuPct <= 100)
      assert.ok(state.uptimeSeconds > 0)
      assert.ok(started.every(({ mock: { calls } }) => calls.length === 0))
    } finally {
      mock.restoreAll()
      syncBuiltinESMExports()
    }
  })
})
