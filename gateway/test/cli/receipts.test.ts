import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { newId } from '@platen/protocol'
import { Api } from '../http/api-fixture.ts'
import { fileOf, SignedChain, testKey, type ChainOptions } from '../receipts/signed-chain.ts'
import { claimOne, say } from '../support/agent-words.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'platen')
const commandMs = 60_000

/** What a command left behind. */
interface Told {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function platen(words: readonly string[], { stdin, env = {} }: { stdin?: Buffer; env?: Record<string, string> } = {}): Promise<Told> {
  const base = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' }
  const child = spawn(program, ['receipts', 'verify', ...words], { timeout: commandMs, env: { ...base, ...env } })
  const told = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (piece: string) => (told[name] += piece))
  child.stdin.end(stdin)
  return new Promise(resolve => child.once('close', code => resolve({ ...told, code: code ?? -1 })))
}

function onDisk(test: TestContext, bytes: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'platen-receipts-'))
  test.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'receipts.jsonl')
  writeFileSync(file, bytes)
  return file
}

function chainOf(runs: number, options?: ChainOptions): SignedChain {
  const chain = new SignedChain(options)
  for (let count = 0; count < runs; count += 1) chain.run()
  return chain
}

describe('platen receipts verify', () => {
  it('needs neither gateway nor token, and says what was checked and what can’t be', async test => {
    const chain = chainOf(3)
    const file = onDisk(test, fileOf(chain.signed))
    const { code, stdout, stderr } = await platen([file, '--key', chain.key.name])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^✔ 4 receipts: every hash, link and signature fits\.$/m)
    assert.match(stdout, /^receipts +1 to 4, from its beginning$/m)
    assert.match(stdout, /^keys .*\(one of them known\)$/m)
    assert.match(stdout, /^anchor +none known; whether receipts after 4 were cut off can’t be told/m)
    assert.ok(stdout.includes(`newest    ${chain.chain}:4:${chain.known(4).hash}\n`))
  })

  it('shows what followed on which receipt', async () => {
    const chain = chainOf(1)
    const { seq, hash } = chain.known(2)
    const said = { type: 'follow', job: newId('job'), kind: 'cache.purge', layers: [{ layer: 'cdn', state: 'purged' }] }
    for (let count = 1; count <= 11; count += 1) chain.add({ ...said, follows: { seq, hash }, what: `Word\n${count}.` })
    const { code, stdout } = await platen(['-'], { stdin: fileOf(chain.signed) })
    assert.equal(code, 0)
    assert.match(stdout, /^follows +1 older\nfollows +4 on 2: Word 2\.$/m)
    assert.match(stdout, /^follows +13 on 2: Word 11\.$/m)
  })

  it('reads from stdin, and says in JSON for programs what is wrong, with exit code 1', async () => {
    const chain = chainOf(3)
    const { code, stdout } = await platen(['-', '--json'], { stdin: fileOf(chain.signed.toSpliced(1, 1)) })
    const verdict = JSON.parse(stdout) as { ok: boolean; problems: { code: string; line: number; seq: number }[] }
    assert.equal(code, 1)
    assert.equal(verdict.ok, false)
    assert.deepEqual(
      verdict.problems.map(({ code, line, seq }) => [code, line, seq]),
      [
        ['receipt.gap', 2, 3],
        ['receipt.unlinked', 2, 3],
      ],
    )
  })

  it('says for people what is wrong where, and what to do', async test => {
    const file = onDisk(test, Buffer.concat([fileOf(chainOf(1).signed), Buffer.from('nonsense\n')]))
    const { code, stdout } = await platen([file])
    assert.equal(code, 1)
    assert.match(stdout, /line 3: receipt\.unreadable: The line is no receipt .* Export the receipts again/)
  })

  it('finds by a receipt that is known from elsewhere that the last ones were cut off', async test => {
    const chain = chainOf(3)
    const file = onDisk(test, fileOf(chain.signed.slice(0, 3)))
    const { chain: id, seq, hash } = chain.known(4)
    assert.equal((await platen([file])).code, 0)
    const { code, stdout } = await platen([file, '--anchor', `${id}:${seq}:${hash}`])
    assert.equal(code, 1)
    assert.match(stdout, /receipt\.anchor_missing/)
  })

  it('answers 2 where it is asked for nonsense', async () => {
    for (const words of [['/no/such/file'], ['-', '--key', 'short'], ['-', '--anchor', '17'], []])
      assert.equal((await platen(words)).code, 2, words.join(' '))
  })

  describe('with a gateway', () => {
    let api: Api
    before(async () => (api = await Api.open()))
    after(() => api.close())

    /** A chain of this site's agent, with a job whose end names one of its receipts. */
    async function known(seq: number): Promise<SignedChain> {
      const key = testKey()
      const agent = await api.enrol(api.mine, key.name)
      const chain = chainOf(3, { site: api.mine.siteId, agent, key })
      const id = await api.dispatch()
      const now = api.clock.now()
      await claimOne(api.store.jobs, api.mine.siteId, agent, 90_000, now)
      const receipt = { ...chain.known(seq), signature: chain.signed[seq - 1]?.signature ?? '' }
      const end = { outcome: 'succeeded', effect: 'applied', receipt } as const
      await say(api.store.jobs, { siteId: api.mine.siteId, agentId: agent }, id, { type: 'end', epoch: 1, end }, now)
      assert.deepEqual((await api.ask('GET', `/v1/jobs/${id}`)).body['receipt'], receipt)
      return chain
    }

    it('takes from it the agent’s key and the receipts that it knows of', async () => {
      const chain = await known(4)
      const env = { PLATEN_URL: api.url, PLATEN_TOKEN: api.mine.token.read }
      const whole = await platen(['-', '--site', api.mine.siteId], { env, stdin: fileOf(chain.signed) })
      assert.equal(whole.code, 0, whole.stdout + whole.stderr)
      assert.match(whole.stdout, /^anchor +4 is known$/m)
      const cut = await platen(['-', '--site', api.mine.siteId], { env, stdin: fileOf(chain.signed.slice(0, 3)) })
      assert.equal(cut.code, 1)
      assert.match(cut.stdout, /receipt\.anchor_missing/)
      const stranger = await platen(['-', '--site', api.mine.siteId], { env, stdin: fileOf(chainOf(2).signed) })
      assert.match(stranger.stdout, /receipt\.key_unknown/)
    })
  })
})
