import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as agentDecoders from '@platen/agent/decoders'
import * as gatewayDecoders from '@platen/gateway/decoders'
import { dice } from '../../src/chaos/dice.ts'
import { runDecoders } from '../../src/fuzz/decoders/decoder-run.ts'
import { bytesTarget, textTarget, type Target } from '../../src/fuzz/decoders/target.ts'
import { targets } from '../../src/fuzz/decoders/targets.ts'
import { throwOf, tryDecoder } from '../../src/fuzz/decoders/try-decoder.ts'
import { Findings } from '../../src/fuzz/findings.ts'
import { runInput } from '../../src/fuzz/fuzz-run.ts'

describe('decoders that are fed with what is nearly valid', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'platen-fuzz-'))))
  after(() => rmSync(folder, { recursive: true }))

  it('answer or refuse by the table, soon, whatever it is', async () => {
    const findings = new Findings(1, folder, () => {})
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

  it('are all that the packages name, and all the checks of protocol', () => {
    const here = join(import.meta.dirname, '..', '..', 'src', 'fuzz', 'decoders')
    const fed = readdirSync(here)
      .map(name => readFileSync(join(here, name), 'utf8'))
      .join('\n')
    const checks = readdirSync(join(import.meta.dirname, '..', '..', '..', 'protocol', 'src', 'generated', 'validators'))
    const named = [...Object.keys(agentDecoders), ...Object.keys(gatewayDecoders), ...checks.map(file => file.replace('.ts', ''))]
    assert.ok(checks.length > 0)
    // What is imported is used: lint sees to that.
    const unfed = named.filter(name => !new RegExp(String.raw`(?<![\w-])${name}(?![\w-])`).test(fed))
    assert.deepEqual(unfed, [])
  })

  it('are fed with the same by the same seed, in another process too', () => {
    const numbers = targets.map((_, number) => number + targets.length)
    const script = `import { throwOf } from ${JSON.stringify(import.meta.resolve('../../src/fuzz/decoders/try-decoder.ts'))}
      process.stdout.write(JSON.stringify(${JSON.stringify(numbers)}.map(number => throwOf(5, number).input)))`
    const other = execFileSync(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], { maxBuffer: 67_108_864 })
    assert.equal(other.toString(), JSON.stringify(numbers.map(number => throwOf(5, number).input)))
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

describe('something that was found', () => {
  it('is told with the command that shows it again, and its input is kept', test => {
    const folder = mkdtempSync(join(tmpdir(), 'platen-fuzz-'))
    test.after(() => rmSync(folder, { recursive: true }))
    const said: string[] = []
    const findings = new Findings(5, folder, text => said.push(text))
    const { target, input } = throwOf(5, 99)
    findings.add({ where: target.name, kind: 'crash', detail: 'it fell', input, number: 99 })
    findings.add({ where: 'a flood', kind: 'harm', detail: 'nobody was served' })
    assert.match(said[0] ?? '', /again: npx pnpm fuzz --seed 5 --input 99$/)
    assert.match(said[1] ?? '', /again: npx pnpm fuzz --seed 5$/)
    const file = /the input is in (.+)/.exec(said[0] ?? '')?.[1] ?? ''
    assert.deepEqual(readFileSync(file), Buffer.from(input))
  })

  it('comes again by its seed and number alone', async test => {
    const folder = mkdtempSync(join(tmpdir(), 'platen-fuzz-'))
    test.after(() => rmSync(folder, { recursive: true }))
    const said: string[] = []
    assert.deepEqual(await runInput(99, { seed: 5, folder, say: text => said.push(text) }), [])
    assert.deepEqual(said, [`input 99 is for: ${throwOf(5, 99).target.name}`])
  })
})
