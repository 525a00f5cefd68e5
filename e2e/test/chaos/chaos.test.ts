import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { prepareBuilt } from '@platen/lab'
import { runChaos } from '../../src/chaos/chaos-run.ts'
import { sqliteChaosStore } from '../../src/chaos/chaos-store.ts'

describe('jobs while everything around them fails', () => {
  it('are each done once or not, and the store says which, on SQLite', { timeout: 280_000 }, async () => {
    await prepareBuilt(() => {})
    const { figures, problems, directory } = await runChaos({ jobs: 80, agents: 3, seed: 20, store: sqliteChaosStore, say: () => {} })
    assert.deepEqual(problems, [], `see the logs in ${directory}`)
    assert.ok((figures['kills'] ?? 0) >= 10, JSON.stringify(figures))
  })
})
