import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { prepareBuilt, skipWithoutEngines } from '@platen/lab'
import { runChaos } from '../../src/chaos/chaos-run.ts'
import { chaosStores } from '../../src/chaos/chaos-store.ts'

describe('jobs while everything around them fails', { skip: await skipWithoutEngines() }, () => {
  before(() => prepareBuilt(() => {}))

  for (const [name, store] of Object.entries(chaosStores)) {
    it(`are each done once or not, and the store says which, on ${name}`, { timeout: 280_000 }, async () => {
      const { figures, problems, directory } = await runChaos({ jobs: 80, agents: 3, seed: 20, store, say: () => {} })
      assert.deepEqual(problems, [], `see the logs in ${directory}`)
      assert.ok((figures['kills'] ?? 0) >= 10, JSON.stringify(figures))
    })
  }
})
