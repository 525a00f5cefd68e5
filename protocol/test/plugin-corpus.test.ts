import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { commandValidators } from '../src/generated/validators/commands.ts'
import { localValidators } from '../src/generated/validators/local.ts'
import { spoolValidators } from '../src/generated/validators/spool.ts'
import { isErrorCode, localSigningText } from '../src/index.ts'

/** What plugin and agent say to each other; the plugin's own tests read the same files. */
const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, 'corpus', 'plugin', `${name}.json`), 'utf8'))

interface Call {
  readonly command: string
  readonly args: unknown
}

describe('the corpus of calls to the plugin', () => {
  const { accepted, refused } = read('calls') as {
    accepted: readonly Call[]
    refused: readonly { why: string; code: string; call: Call }[]
  }

  it('has calls that the agent may make', () => {
    for (const { command, args } of accepted) assert.ok(commandValidators[`${command}.args`]?.(args), command)
  })

  for (const { why, code, call } of refused) {
    it(`has a call that the agent would not make: ${why}`, () => {
      const known = Object.hasOwn(commandValidators, `${call.command}.args`)
      assert.ok(!known || !commandValidators[`${call.command}.args`]?.(call.args))
      assert.ok(isErrorCode(code))
    })
  }
})

describe('the corpus of the agent’s answers', () => {
  interface Answer {
    readonly message: string
    readonly status: number
    readonly body: unknown
  }
  const { accepted, errors, refused } = read('agent-answers') as {
    accepted: readonly Answer[]
    errors: readonly Answer[]
    refused: readonly (Omit<Answer, 'status'> & { why: string })[]
  }

  it('has answers that the agent may give', () => {
    for (const { message, body } of [...accepted, ...errors]) assert.ok(localValidators[message]?.(body), message)
  })

  for (const { why, message, body } of refused) {
    it(`has none with ${why}`, () => {
      assert.equal(localValidators[message]?.(body), false)
    })
  }
})

describe('the corpus of the plugin’s requests', () => {
  interface Requests {
    readonly accepted: readonly object[]
    readonly refused: readonly { readonly why: string; readonly message: object }[]
  }
  const { wishes, ...jobs } = read('plugin-requests') as Requests & { wishes: Requests }

  for (const [name, { accepted, refused }] of [['job.request', jobs] as const, ['wishes', wishes] as const]) {
    it(`has a ${name} that the agent takes`, () => {
      for (const message of accepted) assert.ok(localValidators[name]?.(message))
    })

    for (const { why, message } of refused) {
      it(`has no ${name} with ${why}`, () => {
        assert.equal(localValidators[name]?.(message), false)
      })
    }
  }
})

describe('the corpus of the spool', () => {
  interface Lines {
    readonly accepted: readonly object[]
    readonly refused: readonly { readonly why: string; readonly line: object }[]
  }

  for (const [file, { accepted, refused }] of Object.entries(read('spool') as Record<string, Lines>)) {
    it(`has a ${file} that the agent takes`, () => {
      for (const line of accepted) assert.ok(spoolValidators[file]?.(line), JSON.stringify(spoolValidators[file]?.errors))
    })

    for (const { why, line } of refused) {
      it(`has no ${file} with ${why}`, () => {
        assert.equal(spoolValidators[file]?.(line), false)
      })
    }
  }
})

describe('the corpus of signatures', () => {
  const { secret, cases } = read('signatures') as {
    secret: string
    cases: readonly {
      why: string
      method: string
      path: string
      timestamp: string
      nonce: string
      body: string
      signature: string
    }[]
  }

  for (const { why, body, signature, ...request } of cases) {
    it(`has the signature of ${why}`, () => {
      const bodyHash = createHash('sha256').update(body).digest('hex')
      const text = localSigningText({ ...request, bodyHash })
      assert.equal(createHmac('sha256', secret).update(text).digest('hex'), signature)
    })
  }
})
