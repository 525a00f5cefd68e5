import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createNativeSite, removeFolder, skipWithoutEngines, temporaryFolder, tryCommand, type NativeSite } from '@platen/lab'
import { giveTo } from '../../lab/src/sites/system-user.ts'

const repository = join(import.meta.dirname, '..', '..')
const plugin = join(repository, 'wp-plugin')
const skip = await skipWithoutEngines()
const lintMs = 60_000
const testsMs = 300_000

describe('the plugin’s PHP', { skip }, () => {
  it('parses, every file of it', async () => {
    const files = readdirSync(plugin, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.php'))
    assert.ok(files.length > 20)
    for (const file of files) {
      const { exitCode, stdout } = await tryCommand('php', ['-l', join(plugin, file)], { timeoutMs: lintMs })
      assert.equal(exitCode, 0, stdout)
    }
  })
})

for (const version of ['6.1', '7.1'] as const) {
  describe(`the plugin inside WordPress ${version}`, { skip, concurrency: false }, () => {
    let site: NativeSite
    let folder: string

    before(async () => {
      folder = await temporaryFolder()
      await mkdir(join(folder, 'spool'))
      site = await createNativeSite({
        wordpressVersion: version,
        content: 'bare',
        plugins: [plugin],
        phpConstants: {
          WP_DEBUG: true,
          WP_DEBUG_DISPLAY: false,
          WP_DEBUG_LOG: join(folder, 'debug.log'),
          PLATEN_SECRET: 'the secret that the tests of the plugin share',
          PLATEN_AGENT_SOCKET: join(folder, 'nobody.sock'),
          PLATEN_SPOOL: join(folder, 'spool'),
        },
      })
      // The site's user runs the tests, and may not be able to read the repository.
      await cp(plugin, join(folder, 'plugin'), { recursive: true })
      await mkdir(join(folder, 'protocol'))
      await cp(join(repository, 'protocol', 'test', 'corpus'), join(folder, 'protocol', 'corpus'), { recursive: true })
      await giveTo(site.siteUser, folder)
    })
    after(async () => {
      await site?.stop()
      if (folder) await removeFolder(folder)
    })

    it('passes its own tests', { timeout: testsMs + 10_000 }, async () => {
      const { uid, gid } = site.siteUser
      const { exitCode, stdout, stderr } = await tryCommand('phpunit', ['-c', join(folder, 'plugin', 'phpunit.xml.dist'), '--testdox'], {
        timeoutMs: testsMs,
        cwd: folder,
        uid,
        gid,
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          PLATEN_TEST_ROOT: site.root,
          PLATEN_TEST_HOST: new URL(site.url).host,
          PLATEN_TEST_CORPUS: join(folder, 'protocol', 'corpus', 'plugin'),
          PLATEN_TEST_REFRESH: site.nginx.refreshSecret,
        },
      })
      assert.equal(exitCode, 0, `${stdout.slice(-8_000)}\n${stderr.slice(-2_000)}`)
    })

    it('leaves not a word about itself in WordPress’s debug log', async () => {
      const log = await readFile(join(folder, 'debug.log'), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return ''
        throw error
      })
      assert.deepEqual(
        log.split('\n').filter(line => line.includes('plugins/platen/')),
        [],
      )
    })
  })
}
