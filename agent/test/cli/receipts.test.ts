import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { newId, type ReceiptSigned } from '@platen/protocol'
import { linesSince, receiptsText } from '../../src/cli/receipts.ts'
import { identityPath, writeIdentity } from '../../src/identity/identity-file.ts'
import { newKeyPair } from '../../src/identity/key-pair.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { openLocalServer } from '../../src/local/local-server.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { FewJobs, status, WishingOwner } from '../local/local-site.ts'
import type { Journal } from '../../src/ports/journal.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { startTestAgent, writePolicy } from '../support/test-agent.ts'
import { testPolicy } from '../support/test-policy.ts'
import { content, HandKeys, receiptsIn, testChain } from '../support/test-receipts.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'platen-agent')

/** A journal with two chains, the second of which changed its key. */
function twoChains(test: TestContext): Journal {
  const journal = openJournal(join(tempFolder(test), 'journal.db'))
  test.after(() => journal.close())
  journal.append(testChain(journal, new HandKeys()).seal(content('Before.'), 1_795_000_000_000).receipts)
  const keys = new HandKeys()
  const chain = testChain(journal, keys, { agentId: newId('agent') })
  for (let count = 1; count <= 60; count += 1) journal.append(chain.seal(content(`Purge ${count}.`), 1_795_000_000_000 + count).receipts)
  keys.use(newKeyPair())
  const pages = { fresh: 2, stale: 1, unreachable: 0, removed: 0, cdn: { fresh: 1, stale: 1, unreachable: 0 }, sample: [] }
  journal.append(
    chain.seal({ ...content('Visitors still get 1 old\u001b[2J page.'), code: 'page.stale', outcome: 'failed', pages }, 1).receipts,
  )
  return journal
}

/** The program against a control socket that has this journal's receipts. */
async function platenAgent(test: TestContext, journal: Journal, ...words: string[]): Promise<string> {
  const folder = tempFolder(test)
  const { tcp: _tcp, ...agent } = testPolicy(folder).agent
  mkdirSync(dirname(agent.control), { recursive: true })
  const subject = {
    jobs: new FewJobs(),
    owner: new WishingOwner(),
    purgeWaitMs: () => 0,
    status: () => status,
    rotateKey: () => {},
    followUps: journal.followUps,
    receipts: (from: number) => journal.receipts(from),
  }
  const log = jsonLog('test', () => {})
  const address = { audience: 'control', socket: agent.control, mode: 0o600 } as const
  const server = await openLocalServer({ address, subject, journal, clock: systemClock, log })
  test.after(() => server.close())
  const policy = writePolicy(folder, testPolicy(folder, { agent, kinds: ['cache.purge'] }))
  return await new Promise((resolve, reject) => {
    execFile(program, ['receipts', ...words, '--policy', policy], { timeout: 60_000 }, (error, out) =>
      error ? reject(error) : resolve(out),
    )
  })
}

describe('platen-agent receipts', () => {
  it('prints every line byte for byte as it was signed', async test => {
    const journal = twoChains(test)
    const out = await platenAgent(test, journal, '--json')
    const lines = [...journal.receipts(0).lines, ...journal.receipts(51).lines]
    assert.equal(lines.length, 65)
    assert.equal(out, lines.map(line => `${line}\n`).join(''))
  })

  it('says in plain words what is on record, of the newest chain from a number on', async test => {
    const journal = twoChains(test)
    const out = await platenAgent(test, journal, '--since', '61')
    const [head, purge, key, stale, , signed, newest] = out.split('\n')
    assert.match(head ?? '', /^RECEIPT +WHEN +JOB +OUTCOME +PAGES +WHAT$/)
    assert.match(purge ?? '', /^61 .* succeeded +1 fresh +Purge 60\.$/)
    assert.match(key ?? '', /^62 .* new key +– +Signed by \S{43} from here on\.$/)
    assert.match(stale ?? '', /^63 .* page\.stale +2 fresh, 1 stale; CDN 1 fresh, 1 stale +Visitors still get 1 old \[2J page\.$/)
    const last = journal.lastReceipt()
    assert.equal(signed, `Signed by ${last?.receipt.key}`)
    assert.equal(newest, `Newest    ${last?.receipt.chain}:63:${last?.hash}`)
  })

  it('is told by an agent that runs, of purges that went well and that did not', async test => {
    const folder = tempFolder(test)
    const { agent } = testPolicy(folder)
    mkdirSync(agent.state, { recursive: true, mode: 0o700 })
    const ids = { agentId: newId('agent'), siteId: newId('site') }
    const reach = { gateway: 'gateway.test', gateways: ['http://127.0.0.1:1'], signerRoot: newKeyPair().publicKey }
    writeIdentity(identityPath({ agent }), { version: 1, ...ids, ...reach, ...newKeyPair() })
    const { run, control } = await startTestAgent(test, {}, folder)
    const jobs = [await run('cache.purge', { failShown: true }), await run('cache.purge', {}), await run('test.light', {})]
    const signed = (await control.receipts(0)).lines.map(line => JSON.parse(line) as ReceiptSigned)
    assert.deepEqual(
      signed.map(({ receipt }) => (receipt.type === 'run' ? [receipt.job, receipt.code, receipt.what] : receipt.type)),
      ['start', [jobs[0]?.id, 'page.stale', `${jobs[0]?.error?.message} so far`], [jobs[1]?.id, undefined, 'done']],
    )
    assert.deepEqual(
      jobs.map(({ receipt }) => receipt?.hash),
      [signed[1]?.hash, signed[2]?.hash, undefined],
    )
  })

  it('says so where there is none, and why there is none', () => {
    assert.match(receiptsText([]), /enrolled agent/)
    assert.deepEqual(linesSince([], 1), [])
  })

  it('names what a receipt follows on, which may be in a chain before', test => {
    const journal = twoChains(test)
    const said = { type: 'follow', job: newId('job'), kind: 'cache.purge', what: 'Purged at the CDN.' } as const
    const [start, run] = receiptsIn(journal)
    const chain = start?.receipt.chain ?? ''
    const follow = (follows: { chain?: string; seq: number; hash: string }): ReceiptSigned => {
      const last = journal.lastReceipt() ?? assert.fail()
      return { ...last, receipt: { ...last.receipt, ...said, layers: [], follows } as ReceiptSigned['receipt'] }
    }
    const hash = run?.hash ?? ''
    const out = receiptsText([follow({ seq: 2, hash }), follow({ chain, seq: 2, hash })])
    assert.match(out, /follows 2 +– +Purged at the CDN\.$/m)
    assert.ok(out.includes(`follows ${chain}:2  –`), out)
  })

  it('shows why a chain begins', test => {
    assert.match(receiptsText(receiptsIn(twoChains(test))), /chain begins +– +The site has a new agent; agent_/)
  })
})
