import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import { assert as hold, asyncProperty, array, constantFrom, oneof, string } from 'fast-check'
import { siteFiles } from '../../src/site/files.ts'

const notRoot = process.getuid?.() === 0 ? false : 'only root may mount and make devices'
const base = mkdtempSync(join(tmpdir(), 'platen-files-'))
after(() => rmSync(base, { recursive: true }))

const root = join(base, 'site')
const outside = join(base, 'outside')
const files = siteFiles(root)

beforeEach(() => {
  for (const folder of [root, outside]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(join(folder, 'uploads'), { recursive: true })
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'uploads'), 0o755)
  }
  writeFileSync(join(root, 'uploads', 'a.txt'), 'inside')
  writeFileSync(join(outside, 'uploads', 'a.txt'), 'secret')
  writeFileSync(join(outside, 'secret.txt'), 'secret')
})

describe('files of a site', () => {
  it('are read whole, and refused over the bound', async () => {
    assert.equal((await files.read('uploads/a.txt', 6)).toString(), 'inside')
    await assert.rejects(files.read('uploads/a.txt', 5), { code: 'file.too_large' })
    await assert.rejects(files.read('uploads/none.txt', 5), { code: 'file.not_found' })
    await assert.rejects(files.read('uploads/a.txt/b', 5), { code: 'file.not_found' })
  })

  it('are replaced as a whole, keep their mode, and leave nothing beside them', async () => {
    chmodSync(join(root, 'uploads', 'a.txt'), 0o600)
    await files.write('uploads/a.txt', Buffer.from('new'))
    assert.equal(readFileSync(join(root, 'uploads', 'a.txt'), 'utf8'), 'new')
    assert.equal(statSync(join(root, 'uploads', 'a.txt')).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(join(root, 'uploads')), ['a.txt'])
  })

  it('are made with their folders, with the rights of the folder around, never writable by everyone', async () => {
    chmodSync(join(root, 'uploads'), 0o777)
    const before = process.umask(0o077)
    try {
      await files.write('uploads/2026/11/b.webp', Buffer.from('b'))
    } finally {
      process.umask(before)
    }
    assert.equal(statSync(join(root, 'uploads/2026/11/b.webp')).mode & 0o777, 0o664)
    assert.equal(statSync(join(root, 'uploads/2026/11')).mode & 0o777, 0o775)
  })

  it('tell size, time and mode, and nothing where there is none', async () => {
    const info = await files.info('uploads/a.txt')
    assert.deepEqual([info?.size, info?.mode], [6, statSync(join(root, 'uploads/a.txt')).mode & 0o7777])
    assert.equal(await files.info('uploads/none'), undefined)
    assert.equal(await files.info('none/none'), undefined)
  })

  it('are removed, and a missing one is no error', async () => {
    await files.remove('uploads/a.txt')
    await files.remove('uploads/a.txt')
    await files.remove('none/a.txt')
    assert.deepEqual(readdirSync(join(root, 'uploads')), [])
  })

  it('are listed up to the bound, folders with a slash, links and odd names left out', async () => {
    mkdirSync(join(root, 'uploads', '2026'))
    symlinkSync(outside, join(root, 'uploads', 'way-out'))
    execFileSync('mkfifo', [join(root, 'uploads', 'pipe')])
    writeFileSync(join(root, 'uploads', 'new\nline'), '')
    writeFileSync(Buffer.concat([Buffer.from(`${root}/uploads/`), Buffer.from([0xff, 0xfe])]), '')
    assert.deepEqual(await files.list('uploads', 10), ['2026/', 'a.txt'])
    assert.equal((await files.list('uploads', 1)).length, 1)
    assert.deepEqual(await files.list('', 10), ['uploads/'])
    assert.deepEqual(await files.list('none', 10), [])
  })

  it('say that the disk is full, and leave the old file', { skip: notRoot }, async () => {
    const small = join(base, 'small')
    mkdirSync(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small])
    try {
      writeFileSync(join(small, 'a'), 'old')
      await assert.rejects(siteFiles(small).write('a', Buffer.alloc(200_000)), { code: 'disk.full' })
      assert.deepEqual(readdirSync(small), ['a'])
      assert.equal(readFileSync(join(small, 'a'), 'utf8'), 'old')
    } finally {
      execFileSync('umount', [small])
    }
  })
})

describe('what is no plain file of the site', () => {
  const attempts: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
    ['read', path => files.read(path, 100)],
    ['info', path => files.info(path)],
    ['write', path => files.write(path, Buffer.from('x'))],
    ['remove', path => files.remove(path)],
  ]

  for (const [name, attempt] of attempts) {
    it(`a symbolic link is refused by ${name}, at the end and on the way`, async () => {
      symlinkSync(join(outside, 'secret.txt'), join(root, 'link.txt'))
      symlinkSync('uploads/a.txt', join(root, 'inner.txt'))
      symlinkSync(outside, join(root, 'way'))
      for (const path of ['link.txt', 'inner.txt', 'way/secret.txt', 'way/new/secret.txt', 'way/uploads/a.txt']) {
        await assert.rejects(attempt(path), { code: 'path.symlink' }, path)
      }
      assert.deepEqual(readdirSync(outside).toSorted(), ['secret.txt', 'uploads'])
      assert.equal(readFileSync(join(outside, 'secret.txt'), 'utf8'), 'secret')
    })

    it(`a pipe, a socket, a device and a folder are refused by ${name} without waiting`, { skip: notRoot }, async () => {
      execFileSync('mkfifo', [join(root, 'pipe')])
      execFileSync('mknod', [join(root, 'device'), 'c', '1', '3'])
      const server = createServer().listen(join(root, 'socket'))
      try {
        for (const path of ['pipe', 'device', 'socket', 'uploads']) await assert.rejects(attempt(path), { code: 'file.denied' }, path)
      } finally {
        server.close()
      }
    })
  }

  it('a file that shares its inode with one outside is read, and writing it leaves that one alone', async () => {
    linkSync(join(outside, 'secret.txt'), join(root, 'second-name.txt'))
    assert.equal((await files.read('second-name.txt', 10)).toString(), 'secret')
    await files.write('second-name.txt', Buffer.from('changed'))
    assert.equal(readFileSync(join(outside, 'secret.txt'), 'utf8'), 'secret')
  })

  it('every path that could mean another place is refused before the disk is touched', async () => {
    const step = oneof(constantFrom('..', '.', '', 'uploads', 'a.txt', '\0', 'a\nb', '\uFFFD', 'x'.repeat(256)), string())
    await hold(
      asyncProperty(array(step, { minLength: 1, maxLength: 6 }), async steps => {
        const path = steps.join('/')
        const bad = path.split('/').some(step => ['', '.', '..'].includes(step)) || /[\p{Cc}\uFFFD]/u.test(path) || path.length > 800
        for (const [, attempt] of attempts.slice(0, 2)) {
          const error = await attempt(path).then(
            () => undefined,
            (caught: unknown) => caught,
          )
          if (bad) assert.equal((error as PlatenError | undefined)?.code, 'path.outside', JSON.stringify(path))
          else if (error) assert.ok(error instanceof PlatenError)
        }
      }),
      { numRuns: 500 },
    )
    await assert.rejects(files.write('../escaped.txt', Buffer.from('x')), { code: 'path.outside' })
    await assert.rejects(files.read('/etc/hostname', 100), { code: 'path.outside' })
    await assert.rejects(files.list('..', 100), { code: 'path.outside' })
  })
})

/** Swaps the folder `uploads` with a link to the same name outside, as fast as one process can. */
const swapper = `
import { renameSync, rmSync, symlinkSync } from 'node:fs'
symlinkSync(process.argv[1], 'evil')
process.send('swapping')
const put = from => {
  for (;;) {
    try { return renameSync(from, 'uploads') } catch {} // a writer made the folder anew
    try { rmSync('uploads', { recursive: true, force: true }) } catch {} // and is at it still
  }
}
for (;;) {
  renameSync('uploads', 'good'); put('evil')
  renameSync('uploads', 'evil'); put('good')
}`

describe('a folder that is swapped with a link to the outside all the time', () => {
  it('never lets anything outside be read, written, listed or removed', { timeout: 60_000 }, async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', swapper, join(outside, 'uploads')], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const gone = new Promise(resolve => child.once('exit', resolve))
    const seen = new Map<string, number>()
    const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)
    const told = (error: unknown): void => {
      assert.ok(error instanceof PlatenError, String(error))
      note(error.code)
    }
    try {
      await new Promise(resolve => child.once('message', resolve))
      const until = performance.now() + 2_000
      while (performance.now() < until) {
        await files.read('uploads/a.txt', 100).then(data => note(data.toString()), told)
        await files.list('uploads', 10).then(names => assert.ok(!names.includes('marker.txt')), told)
        await files.write('uploads/new.txt', Buffer.from('mine')).then(() => note('written'), told)
        await files.remove('uploads/new.txt').then(() => note('removed'), told)
      }
    } finally {
      child.kill('SIGKILL')
      await gone
    }
    assert.equal(seen.get('secret'), undefined)
    assert.deepEqual(readdirSync(join(outside, 'uploads')), ['a.txt'])
    for (const sign of ['inside', 'path.symlink', 'written', 'removed'])
      assert.ok(seen.has(sign), `${sign} of ${JSON.stringify([...seen])}`)
  })
})
