import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { readCdnFile } from '../../src/cdn/cdn-file.ts'

const account = { name: 'main', provider: 'cloudflare', token: 'secret-token', plan: 'pro', for: 'all' }

describe('the CDN file', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'platen-cdn-'))
    file = join(folder, 'cdn.json')
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const written = (text: string, mode = 0o600): string => {
    writeFileSync(file, text, { mode })
    chmodSync(file, mode)
    return file
  }

  it('names accounts with their tokens and plans', () => {
    const accounts = [account, { ...account, name: 'other', plan: 'enterprise', for: ['acct_1'], api: 'http://127.0.0.1:9' }]
    assert.deepEqual(
      readCdnFile(written(JSON.stringify({ accounts }))),
      accounts.map(({ provider: _provider, ...rest }) => rest),
    )
  })

  it('is read by its owner alone', () => {
    assert.throws(() => readCdnFile(written(JSON.stringify({ accounts: [account] }), 0o644)), { code: 'file.denied' })
    assert.throws(() => readCdnFile(join(folder, 'none.json')), { code: 'file.not_found' })
  })

  it('is refused whole where one account is wrong, in words that hold no token', () => {
    const wrong: unknown[] = [
      { ...account, name: 'Main account' },
      { ...account, plan: 'constructor' },
      { ...account, provider: 'other' },
      { ...account, token: '' },
      { ...account, api: 'ftp://a' },
      { ...account, more: 1 },
      { ...account, for: undefined },
      { ...account, for: [] },
      { ...account, for: 'acct_1' },
      { ...account, for: ['site_1'] },
    ]
    const texts = [
      ...wrong.map(each => JSON.stringify({ accounts: [each] })),
      JSON.stringify({ accounts: [account, account] }),
      JSON.stringify([account]),
      `{"accounts":[{"token":"secret-token"`,
    ]
    for (const text of texts)
      assert.throws(
        () => readCdnFile(written(text)),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'input.invalid', text)
          assert.ok(!error.message.includes('secret-token'))
          return true
        },
      )
  })
})
