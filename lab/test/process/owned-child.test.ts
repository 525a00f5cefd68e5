import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startOwnedChild, waitUntil } from '@platen/lab'
import { processesNaming } from '../processes.ts'

describe('a child that lab owns', () => {
  let folder: string
  before(async () => void (folder = await mkdtemp(join(tmpdir(), 'lab-child-'))))
  after(() => rm(folder, { recursive: true }))

  const shell = (script: string, name: string) =>
    startOwnedChild({ name, command: '/bin/sh', args: ['-c', script], logFile: join(folder, `${name}.log`), stopDeadlineMs: 200 })

  it('is gone after stop, also when it does not listen to SIGTERM', async () => {
    const child = shell(`trap '' TERM; echo up; while :; do sleep 0.05; done # ${folder}`, 'deaf')
    await waitUntil('its first word', 5_000, async () => (await readFile(join(folder, 'deaf.log'), 'utf8')).includes('up'))
    await child.stop()
    assert.equal(child.isRunning(), false)
    assert.deepEqual(await processesNaming(folder), [])
  })

  it('says with its own last words why it ended', async () => {
    const child = shell('echo no such config >&2; exit 3', 'broken')
    await child.exited
    assert.throws(() => child.assertRunning(), { code: 'lab.engine_failed', message: /no such config/ })
  })

  it('ends when its owner is killed', async () => {
    const script = join(folder, 'owner.ts')
    const module = new URL('../../src/process/owned-child.ts', import.meta.url).href
    const sleeper = join(folder, 'sleeper.sh')
    await writeFile(sleeper, 'while :; do sleep 0.05; done')
    await writeFile(
      script,
      `import { startOwnedChild } from '${module}'
startOwnedChild({ name: 'sleeper', command: '/bin/sh', args: ['${sleeper}'], logFile: '${join(folder, 'sleeper.log')}' })
process.stdout.write('up')
setInterval(() => {}, 1000)`,
    )
    const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(owner.stdout, 'data')
    await waitUntil('the child', 5_000, async () => (await processesNaming(sleeper)).length === 1)
    owner.kill('SIGKILL')
    await waitUntil('the child’s end', 5_000, async () => (await processesNaming(sleeper)).length === 0)
  })
})
