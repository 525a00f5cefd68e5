import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { dice } from '../../src/chaos/dice.ts'
import { runDecoders } from '../../src/fuzz/decoders/decoder-run.ts'
import { bytesTarget, textTarget, type Target } from '../../src/fuzz/decoders/target.ts'
import { targets } from '../../src/fuzz/decoders/targets.ts'
import { throwOf, tryDecoder } from '../../src/fuzz/decoders/try-decoder.ts'
import { Findings } from '../../src/fuzz/findings.ts'

describe('decoders that are fed with what is nearly valid', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'platen-fuzz-'))))
  after(() => rmSync(folder, { recursive: true }))

  it('answer or refuse by the table, soon, whatever it is', async () => {
    const findings = new Findings(folder, () => {})
    const inputs = await runDecoders({ seed: 1, inputs: 4_000, until: Date.now() + 120_000, findings })
    assert.deepEqual(findings.all, [])
    assert.ok(inputs >= 4_000, `only ${inputs} inputs in two minutes`)
  })

  it('take one at least of the inputs that the others are made of', async () => {
    const isTaken = async (target: Target, input: string | Buffer): Promise<boolean> => {
      try {
        return ![undefined, false].includes((await target.decode(input)) as undefined)
      } catch {
        // Refused by the table.
        return false
      }
    }
    for (const target of targets) {
      const taken = await Promise.all(target.valid.map(input => isTaken(target, input)))
      assert.ok(taken.includes(true), `all that is made for ${target.name} is made of what is refused`)
    }
  })

  it('are fed with the same by the same seed', () => {
    for (const number of [0, 7, 99]) {
      const [one, other] = [throwOf(5, number), throwOf(5, number)]
      assert.deepEqual(one.input, other.input)
      assert.equal(one.target, other.target)
    }
  })
})

describe('a decoder', () => {
  const found = async (target: Target, input: string | Buffer): Promise<string | undefined> => (await tryDecoder(target, input))?.kind

  it('is found where it throws what is no error of the table', async () => {
    assert.equal(
      await found(
        textTarget('a', ['a'], text => JSON.parse(text)),
        '{',
      ),
      'crash',
    )
    assert.equal(
      await found(
        textTarget('a', ['a'], text => text),
        '{',
      ),
      undefined,
    )
  })

  it('is found where it takes the square of what it is fed', async () => {
    const slow = textTarget('a', ['a'], text => /(a+)+$/.test(text))
    assert.equal(await found(slow, `${'a'.repeat(25)}!`), 'hang')
  })

  it('is found where it gives all objects a member', async () => {
    // As a merge of JSON into an object does that follows `__proto__`.
    const pollute = (): void => void Object.assign(Object.getPrototypeOf({}) as object, { polluted: true })
    try {
      assert.equal(await found(bytesTarget('a', [Buffer.from('a')], pollute), Buffer.from('a')), 'pollution')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
  })

  it('is fed with something else than what is valid, most of the time', () => {
    const target = bytesTarget('a', [Buffer.from('valid')], () => {})
    const made = Array.from({ length: 50 }, (_, seed) => String(target.make(dice(seed))))
    assert.ok(new Set(made).size > 40)
  })
})
