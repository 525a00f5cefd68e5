import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { prepareBuilt, skipWithoutEngines } from '@platen/lab'
import { runChaos } from '../../src/chaos/chaos-run.ts'
import { chaosStores } from '../../src/chaos/chaos-store.ts'

/** A run that does not kill, or in which hardly a job is done, says nothing. */
const least: Readonly<Record<string, number>> = { kills: 10, succeeded: 40 }
const counted = ['kills', 'succeeded', 'absorbed', 'cancelled']
/** Of so few jobs hardly any is a parent, and a fault may end that one before it asks for its child. */
const shares = ['heavy', 'ownersJobs', 'pooled', 'recreated']

describe('jobs while everything around them fails', { skip: await skipWithoutEngines() }, () => {
  before(() => prepareBuilt(() => {}))

  for (const [name, store] of Object.entries(chaosStores)) {
    it(`are each done once or not, and the store says which, on ${name}`, { timeout: 280_000 }, async () => {
      const { figures, problems, directory } = await runChaos({ jobs: 80, agents: 3, seed: 20, store, say: () => {} })
      assert.deepEqual(problems, [], `see the logs in ${directory}`)
      for (const name of [...counted, ...shares]) assert.ok((figures[name] ?? 0) >= (least[name] ?? 1), JSON.stringify(figures))
    })
  }
})
