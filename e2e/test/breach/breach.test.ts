import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { prepareBuilt } from '@platen/lab'
import { attackers } from '../../src/breach/attempt.ts'
import { holdDrill } from '../../src/breach/drill.ts'
import { line } from '../../src/breach/report.ts'
import { partOf, securityDoc, table } from '../../src/breach/security-doc.ts'

const skip =
  process.getuid?.() !== 0 &&
  process.env['PLATEN_ENGINES'] !== 'required' &&
  'every part needs a user of its own, which root alone can give it'

describe('an attacker who holds a part of Platen', { skip, concurrency: false }, () => {
  before(() => prepareBuilt(() => {}))

  for (const attacker of attackers) {
    it(`can do as ${attacker} what docs/security.md says, and no more`, { timeout: 180_000 }, async () => {
      const all = await holdDrill(attacker, () => {})
      assert.deepEqual(all.filter(({ surprise }) => surprise).map(line), [])
      assert.equal(table(all), partOf(readFileSync(securityDoc, 'utf8'), attacker), 'hold the drills again: npx pnpm breach --write-docs')
    })
  }
})
