import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { agentFrameValidators } from '../src/generated/validators/agent-frames.ts'
import { gatewayFrameValidators } from '../src/generated/validators/gateway-frames.ts'
import { decodeFrame, limits, type Validator } from '../src/index.ts'

const folder = join(import.meta.dirname, 'corpus', 'frames')
const sides: Readonly<Record<string, Readonly<Record<string, Validator>>>> = {
  agent: agentFrameValidators,
  gateway: gatewayFrameValidators,
}

interface Corpus {
  readonly accepted: readonly object[]
  readonly refused: readonly { readonly why: string; readonly frame: object }[]
}

describe('the corpus of frames', () => {
  const names = readdirSync(folder).map(name => name.replace(/\.json$/, ''))

  it('has every frame type of both sides', () => {
    const types = Object.entries(sides).flatMap(([side, validators]) => Object.keys(validators).map(type => `${side}.${type}`))
    assert.deepEqual(names.toSorted(), types.toSorted())
  })

  for (const name of names) {
    const validators = sides[name.split('.')[0] as string] as Readonly<Record<string, Validator>>
    const corpus = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Corpus
    it(`accepts ${name} as written and keeps it byte for byte`, () => {
      assert.ok(corpus.accepted.length > 0)
      for (const frame of corpus.accepted) {
        const decoded = decodeFrame(JSON.stringify(frame), validators)
        assert.deepEqual(decoded, { ok: true, frame })
      }
    })
    for (const { why, frame } of corpus.refused) {
      it(`refuses ${name} with ${why}`, () => {
        const decoded = decodeFrame(JSON.stringify(frame), validators)
        assert.equal(decoded.ok ? 'accepted' : decoded.code, 'frame.invalid')
      })
    }
  }
})

describe('decodeFrame', () => {
  const refused = (text: string): string => {
    const decoded = decodeFrame(text, agentFrameValidators)
    return decoded.ok ? 'accepted' : `${decoded.code}: ${decoded.detail}`
  }

  it('refuses what is not JSON, not an object or of no known type', () => {
    assert.equal(refused('{'), 'frame.invalid: not JSON')
    for (const text of ['null', '[]', '"hello"', '{}', '{"type":7}', '{"type":"__proto__"}', '{"type":"toString"}']) {
      assert.equal(refused(text), 'frame.invalid: unknown type')
    }
  })

  it('refuses a frame over the size bound before it parses it', () => {
    assert.match(refused('x'.repeat(limits.link.frameBytes + 1)), /^frame\.too_large/)
  })

  it('counts the bound in bytes, not in characters', () => {
    assert.match(refused('é'.repeat(limits.link.frameBytes / 2 + 1)), /^frame\.too_large/)
  })

  it('refuses what is nested deeper than the bound', () => {
    const deep = '['.repeat(limits.link.nesting + 1) + ']'.repeat(limits.link.nesting + 1)
    assert.equal(refused(`{"type":"job.created","input":${deep}}`), 'frame.invalid: nested too deeply')
  })

  it('names the field that is wrong and never repeats its value', () => {
    const text = refused('{"type":"goodbye","reason":{"secret":"hunter2"}}')
    assert.equal(text, 'frame.invalid: reason: must be string')
  })
})
