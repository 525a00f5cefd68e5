import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { terminalJson, terminalLines, terminalText } from '../src/index.ts'

/** What moves a cursor, rings, hides itself, breaks a line or turns the direction of what is read. */
const hostile = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const text = fc.string({ unit: 'binary' }).chain(plain =>
  // Random text seldom has any of it.
  fc
    .constantFrom('\u001b[2J', '\u009b2J', '\u007f', '\r', '\n', '\u202e', '\u2066', '\u200b', '\u2028', '\u{e0041}')
    .map(bad => bad + plain),
)

describe('text from elsewhere that a terminal is shown', () => {
  it('has nothing in it that the terminal obeys, and is as long as it was or shorter', () => {
    fc.assert(
      fc.property(text, said => {
        const shown = terminalText(said)
        assert.doesNotMatch(shown, hostile)
        assert.ok(shown.length <= said.length)
      }),
    )
  })

  it('is left as it is where there is nothing to fear', () => {
    for (const said of ['“Grüße” 你好 🙂', 'a  b', '']) assert.equal(terminalText(said), said)
  })

  it('keeps its lines where it has several', () => {
    assert.equal(terminalLines('Error: \u001b[2J\n    at a\r'), 'Error:  [2J\n    at a ')
  })
})

describe('JSON that a terminal is shown', () => {
  it('has nothing in it that the terminal obeys but its own line feeds, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), value => {
        for (const indent of [0, 2] as const) {
          const shown = terminalJson(value, indent)
          assert.doesNotMatch(shown.replaceAll('\n', ''), hostile)
          assert.deepEqual(JSON.parse(shown), JSON.parse(JSON.stringify(value)))
        }
        assert.doesNotMatch(terminalJson(value), /\n/)
      }),
    )
  })
})
