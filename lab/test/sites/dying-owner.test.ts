import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { removeFolder, skipWithoutEngines, waitUntil } from '@platen/lab'
import { processesNaming } from '../processes.ts'

/** Brings up a site in a process of its own, kills that process outright, and waits until nothing names the site's folder any more. */
async function killOwnerOf(create: 'createNativeSite' | 'createWasmSite'): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-owner-'))
  const lab = new URL('../../src/index.ts', import.meta.url).href
  const script = join(folder, 'owner.ts')
  await writeFile(
    script,
    `import { ${create} } from '${lab}'
const site = await ${create}({ content: 'bare' })
process.stdout.write(site.directory)
setInterval(() => {}, 1000)`,
  )
  const owner = spawn(process.execPath, ['--conditions=source', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(owner.stdout, 'data')) as [Buffer]
  const directory = said.toString()
  assert.ok((await processesNaming(directory)).length > 0)
  owner.kill('SIGKILL')
  await waitUntil('the end of the site’s processes', 15_000, async () => (await processesNaming(directory)).length === 0)
  await removeFolder(directory)
  await rm(folder, { recursive: true })
}

const skip = await skipWithoutEngines()

describe('a process that is killed while it owns a site', () => {
  it('takes the engines of a native site with it', { skip }, () => killOwnerOf('createNativeSite'))

  it('takes the PHP of a WebAssembly site with it', () => killOwnerOf('createWasmSite'))
})
