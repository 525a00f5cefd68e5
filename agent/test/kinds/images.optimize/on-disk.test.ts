import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import sharp from 'sharp'
import { sharpEncoder } from '../../../src/kinds/images.optimize/sharp-encoder.ts'
import { siteFiles } from '../../../src/site/files.ts'
import { photograph } from './sample-images.ts'
import { SiteDouble, uploads } from './site-double.ts'

const encoder = sharpEncoder()
const optimize = { attachments: 'all', mode: 'optimize' } as const
const restore = { attachments: 'all', mode: 'restore' } as const
const large = await photograph(900, 600)
const medium = await sharp(large).resize(300, 200).jpeg({ quality: 82 }).toBuffer()

describe('images on a disk', () => {
  let root = ''
  let site = new SiteDouble()
  const run = (input: typeof optimize | typeof restore) => site.run(encoder, input, undefined, siteFiles(root))
  const photo = (id: number): string => join(root, uploads, `2026/11/photo-${id}.jpg`)
  const webps = (): string[] => names().filter(name => name.endsWith('.webp'))
  const names = (): string[] =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(name => statSync(join(root, name)).isFile())
      .toSorted()
  const contents = (): Map<string, string> => new Map(names().map(name => [name, readFileSync(join(root, name), 'base64')]))

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'platen-images-'))
    site = new SiteDouble()
    for (const id of [7, 8]) {
      site.add(id, {
        [`2026/11/photo-${id}.jpg`]: { data: large, width: 900, height: 600 },
        [`2026/11/photo-${id}-300x200.jpg`]: { data: medium, width: 300, height: 200 },
      })
    }
    for (const [path, { data }] of site.files.content) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), data)
    }
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('are optimized once, and restored to the last bit', async () => {
    const before = contents()
    assert.equal((await run(optimize)).result.files.made, 4)
    assert.equal(webps().length, 4)
    assert.equal((await run(optimize)).effect, 'none')
    assert.equal((await run(restore)).result.files.restored, 4)
    assert.deepEqual(contents(), before)
  })

  it('that are symbolic links are named and passed over', async () => {
    renameSync(photo(7), join(root, 'elsewhere.jpg'))
    symlinkSync(join(root, 'elsewhere.jpg'), photo(7))
    const { result } = await run(optimize)
    assert.deepEqual(
      result.items.filter(({ outcome }) => outcome === 'failed').map(({ attachment, code }) => [attachment, code]),
      [[7, 'path.symlink']],
    )
    assert.equal(result.files.made, 2)
    assert.ok(webps().every(name => name.includes('photo-8')))
  })

  it('that are gone are named and passed over', async () => {
    rmSync(photo(7))
    const { result } = await run(optimize)
    assert.equal(result.items.find(({ outcome }) => outcome === 'failed')?.code, 'file.not_found')
    assert.equal(result.files.made, 2)
  })

  it('get no WebP through a folder for records that leads elsewhere', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'platen-elsewhere-'))
    try {
      symlinkSync(elsewhere, join(root, uploads, 'platen'))
      const { result } = await run(optimize)
      assert.deepEqual(new Set(result.items.map(({ code }) => code)), new Set(['path.symlink']))
      assert.deepEqual([webps(), readdirSync(elsewhere)], [[], []])
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })
})
