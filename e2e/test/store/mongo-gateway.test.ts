import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  apiClient,
  freePort,
  listens,
  processes,
  programs,
  removeFolder,
  skipWithoutEngines,
  startMongoWire,
  takesWork,
  temporaryFolder,
  type Api,
  type ApiJob,
  type MongoWire,
  type Processes,
} from '@platen/lab'

const timeout = 120_000

describe('a gateway that keeps its store in MongoDB', { skip: await skipWithoutEngines() }, () => {
  const run = programs(false)
  let folder: string
  let mongo: MongoWire
  let running: Processes
  let api: Api
  let start: () => Promise<void>

  before(async () => {
    folder = await temporaryFolder()
    mongo = await startMongoWire(folder)
    running = processes(folder)
    const [signer, socket, data, storeFile] = ['signer', 'signer.sock', 'gateway', 'store-url'].map(name => join(folder, name)) as [
      string,
      string,
      string,
      string,
    ]
    await writeFile(storeFile, `${mongo.url('platen')}\n`, { mode: 0o600 })
    await run.text(run.signer('init', '--dir', signer))
    await running.start('signer', run.signer('run', '--dir', signer, '--socket', socket), () => listens(socket))
    const where = ['--data', data, '--store-file', storeFile]
    const { token } = await run.json<{ token: string }>(run.gateway('--json', 'gateway', 'init', ...where))
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    start = () =>
      running.start('gateway', run.gateway('gateway', 'run', ...where, '--port', String(port), '--signer', socket), () => takesWork(url))
    await start()
    api = apiClient(url, token)
  })
  after(async () => {
    await running.endAll()
    await mongo.stop()
    await removeFolder(folder)
  })

  it('has each job after it was killed, and after its server was', { timeout }, async () => {
    const { id: siteId } = await api.request<{ id: string }>('POST', '/v1/sites', { url: 'https://shop.example' })
    const made = await api.request<ApiJob>('POST', '/v1/jobs', { siteId, kind: 'health.report', input: { sections: 'all' } })
    assert.equal(made.state, 'queued')
    await running.kill('gateway')
    await mongo.kill()
    await mongo.start()
    await start()
    assert.deepEqual(await api.request<ApiJob>('GET', `/v1/jobs/${made.id}`), made)
    const { items } = await api.request<{ items: readonly ApiJob[] }>('GET', `/v1/jobs?siteId=${siteId}`)
    assert.deepEqual(
      items.map(({ id }) => id),
      [made.id],
    )
  })
})
