import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import type { KeptEntry } from '../../src/ports/page-cache.ts'
import { nginxPageCache } from '../../src/site/nginx-cache.ts'

const ground = mkdtempSync(join(tmpdir(), 'platen-cache-'))
after(() => rmSync(ground, { recursive: true }))

const signal = new AbortController().signal
const name = (digit: string): string => digit.repeat(32)
let folder: string
let folders = 0

beforeEach(() => {
  folder = join(ground, String(++folders))
  mkdirSync(folder)
})

/** All entries of a folder. */
async function listed(path: string, until = signal): Promise<readonly KeptEntry[]> {
  const entries: KeptEntry[] = []
  for await (const portion of nginxPageCache(path).entries(until)) entries.push(...portion)
  return entries
}

/** A file as nginx writes it: a binary header, the key, and what PHP answered. */
function put(file: string, key: string, headers = 'Content-type: text/html; charset=UTF-8'): string {
  const path = join(folder, file)
  mkdirSync(dirname(path), { recursive: true })
  const header = Buffer.alloc(336)
  header.writeBigUInt64LE(5n)
  writeFileSync(
    path,
    Buffer.concat([header, Buffer.from(`\nKEY: ${key}\n\x01\x06\0\x01\x1f\x40\0\0${headers}\r\n\r\n<p>vary: x-platen-made: 1</p>`)]),
  )
  return path
}

describe('nginx’s cache folder', () => {
  it('is listed with what each entry tells: its key, whether it varies, when PHP began to make it', async () => {
    put(`1/aa/${name('a')}`, 'httpGETshop.example/')
    put(`2/bb/${name('b')}`, 'httpGETshop.example/b', 'X-Powered-By: PHP\r\nVary: User-Agent\r\nX-Platen-Made: 1800000000123456')
    const entries = await listed(folder)
    const told = entries.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, file, varies, madeUs }) => [key, file, varies, madeUs])
    assert.deepEqual(told, [
      ['httpGETshop.example/', `1/aa/${name('a')}`, false, undefined],
      ['httpGETshop.example/b', `2/bb/${name('b')}`, true, 1_800_000_000_123_456],
    ])
  })

  it('reads on where the headers are long', async () => {
    put(name('a'), 'httpGETshop.example/', `Link: <${'x'.repeat(9_000)}>\r\nX-Platen-Made: 1800000000123456`)
    assert.equal((await listed(folder))[0]?.madeUs, 1_800_000_000_123_456)
  })

  it('takes no header for one that only ends like it', async () => {
    put(name('a'), 'httpGETshop.example/', 'X-Not-Vary: a\r\nNot-X-Platen-Made: 1800000000123456\r\nX-Platen-Made: 99')
    const [entry] = await listed(folder)
    assert.deepEqual([entry?.varies, entry?.madeUs], [false, undefined])
  })

  it('forgets an entry of the key that was asked for, and wipes it for those who hold it open', async () => {
    const file = `1/aa/${name('a')}`
    const path = put(file, 'httpGETshop.example/')
    const cache = nginxPageCache(folder)
    const held = openSync(path, 'r')
    assert.deepEqual(await cache.forget([{ key: 'httpGETshop.example/other', file }], signal), [])
    const gone = await cache.forget(
      [
        { key: 'httpGETshop.example/', file },
        { key: 'httpGETshop.example/', file: `9/99/${name('9')}` },
      ],
      signal,
    )
    assert.deepEqual([gone.map(entry => entry.file), existsSync(path)], [[file], false])
    const version = Buffer.alloc(8)
    readSync(held, version, 0, 8, 0)
    assert.equal(version.readBigUInt64LE(), 0n)
    assert.equal(await cache.look({ key: 'httpGETshop.example/', file }), undefined)
  })

  it('tells one copy from the next', async () => {
    const cache = nginxPageCache(folder)
    const entry = { key: 'httpGETshop.example/', file: name('a') }
    put(entry.file, entry.key)
    const first = await cache.look(entry)
    put(`${entry.file}.0001`, entry.key, 'X-Other: 1')
    execFileSync('mv', [join(folder, `${entry.file}.0001`), join(folder, entry.file)])
    assert.notEqual((await cache.look(entry))?.copy, first?.copy)
  })

  it('passes over links, pipes, folders, second names and what has no key, and touches none of them', async () => {
    const secret = join(ground, 'secret')
    writeFileSync(secret, '\nKEY: httpGETshop.example/\n')
    symlinkSync(secret, join(folder, name('a')))
    linkSync(secret, join(folder, name('b')))
    execFileSync('mkfifo', [join(folder, name('c'))])
    mkdirSync(join(folder, name('d')))
    writeFileSync(join(folder, name('e')), 'no key at all')
    writeFileSync(join(folder, name('f')), Buffer.concat([Buffer.from('\nKEY: '), Buffer.from([0xff, 0xfe, 0x0a])]))
    symlinkSync(ground, join(folder, '1'))
    const cache = nginxPageCache(folder)
    assert.deepEqual(await listed(folder), [])
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map(digit => ({ key: 'httpGETshop.example/', file: name(digit) }))
    assert.deepEqual(await cache.forget([...all, { key: 'httpGETshop.example/', file: '1/secret' }], signal), [])
    assert.ok(existsSync(secret))
  })

  it('refuses names that lead out of it', async () => {
    const cache = nginxPageCache(folder)
    for (const file of ['../secret', '/etc/passwd', 'a//b', 'a/./b', 'a\0b'])
      await assert.rejects(cache.look({ key: 'x', file }), { code: 'path.outside' }, file)
  })

  it('is read a portion at a time, whatever is forgotten meanwhile', async () => {
    const count = 2_500
    for (let index = 0; index < count; index++) put(`${index % 4}/${index.toString(16).padStart(32, '0')}`, `httpGETshop.example/${index}`)
    const cache = nginxPageCache(folder)
    let most = 0
    let gone = 0
    for await (const portion of cache.entries(signal)) {
      most = Math.max(most, portion.length)
      gone += (await cache.forget(portion, signal)).length
    }
    assert.deepEqual([most, gone, await listed(folder)], [1_000, count, []])
  })

  it('has no entries where there is no folder at all', async () => {
    assert.deepEqual(await listed(join(ground, 'none')), [])
  })

  it('stops in the middle when it is told to', async () => {
    for (let index = 0; index < 150; index++) put(`0/${index.toString(16).padStart(32, '0')}`, `httpGETshop.example/${index}`)
    const stop = new AbortController()
    const listing = listed(folder, stop.signal)
    stop.abort(new Error('enough'))
    await assert.rejects(listing, { message: 'enough' })
  })
})
