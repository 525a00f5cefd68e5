import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { createNativeSite, skipWithoutEngines, type NativeSite } from '@platen/lab'
import type { DocumentPolicy, KindImagesOptimizeResult } from '@platen/protocol'

const root = join(import.meta.dirname, '..', '..', '..')
const agent = join(root, 'agent', 'src', 'cli', 'main.ts')
const runMs = 120_000
const skip = await skipWithoutEngines()

/** An image as a page shows it: what WebP browsers choose from, and what the others do. */
interface Picture {
  readonly webp: readonly string[]
  readonly fallback: readonly string[]
}

describe('image optimizing on the newest WordPress', { skip, concurrency: false }, () => {
  let site: NativeSite
  let folder: string
  let policyFile: string
  let untouched: { readonly page: string; readonly uploads: ReadonlyMap<string, string> }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platen-images-'))
    // A plugin's folder in WordPress has the name of the folder that it is copied from.
    await cp(join(root, 'wp-plugin'), join(folder, 'platen'), { recursive: true })
    site = await createNativeSite({ plugins: [join(folder, 'platen')] })
    // The agent's own user reads the policy file.
    await chmod(folder, 0o755)
    policyFile = join(folder, 'policy.json')
    await writeFile(policyFile, JSON.stringify(policyOf(site, folder)))
    untouched = { page: await frontPage(site), uploads: await uploadsOf(site) }
    assert.equal(await frontPage(site), untouched.page, 'the page has to be the same each time for this to prove anything')
  })
  after(async () => {
    await site?.stop()
    if (folder) await rm(folder, { recursive: true })
  })

  it('makes every size of every upload smaller and touches no original', async () => {
    const result = await run(policyFile, { attachments: 'all', mode: 'optimize' })
    assert.match(result.summary, /^\d+ images: \d+ files made smaller, .* less\)/)
    assert.ok(result.attachments >= 24 && result.files.made >= 4 * 24 && result.files.failed === 0, result.summary)
    assert.ok(result.bytesAfter < result.bytesBefore * 0.8)
    const now = await uploadsOf(site)
    for (const [name, hash] of untouched.uploads) assert.equal(now.get(name), hash, name)
  })

  it('lets the front page offer a WebP for each candidate, each there and smaller than what it stands for', async () => {
    const pictures = picturesIn(await frontPage(site))
    assert.ok(pictures.length > 0, 'no <picture> with a WebP source is on the page')
    for (const { webp, fallback } of pictures) {
      assert.deepEqual(
        webp,
        fallback.map(candidate => candidate.replace(/^\S+/, '$&.platen.webp')),
      )
      for (const [at, candidate] of webp.entries()) {
        const [smaller, original] = await Promise.all([candidate, fallback[at] as string].map(each => bytesAt(site, each)))
        assert.equal(smaller?.type, 'image/webp')
        assert.ok(smaller && original && smaller.bytes < original.bytes, candidate)
      }
    }
  })

  it('has nothing to do the second time', async () => {
    const result = await run(policyFile, { attachments: 'all', mode: 'optimize' })
    assert.match(result.summary, /^Nothing to do/)
    assert.equal(result.files.made, 0)
  })

  it('brings the page and the uploads folder back byte for byte', async () => {
    const result = await run(policyFile, { attachments: 'all', mode: 'restore' })
    assert.ok(result.files.restored > 0)
    assert.equal(await frontPage(site), untouched.page)
    assert.deepEqual(await uploadsOf(site), untouched.uploads)
  })

  it('names a broken upload and goes on with the others', async () => {
    const broken = [...untouched.uploads.keys()].find(name => name.endsWith('-150x150.jpg')) as string
    const path = join(site.root, 'wp-content', 'uploads', broken)
    const whole = await readFile(path)
    try {
      await writeFile(path, whole.subarray(0, whole.length / 2))
      const result = await run(policyFile, { attachments: 'all', mode: 'optimize' })
      assert.deepEqual(
        result.items.filter(({ outcome }) => outcome === 'failed').map(({ file, code }) => [file, code]),
        [[`wp-content/uploads/${broken}`, 'image.unreadable']],
      )
      assert.ok(result.files.made >= 4 * 23)
    } finally {
      await writeFile(path, whole)
      await run(policyFile, { attachments: 'all', mode: 'restore' })
    }
  })
})

/** What root at the site would write for this kind alone. */
function policyOf(site: NativeSite, folder: string): DocumentPolicy {
  const run = join(folder, 'run')
  return {
    version: 1,
    site: { root: site.root, url: site.url, user: site.siteUser.name },
    agent: {
      user: site.siteUser.name,
      state: join(folder, 'state'),
      socket: join(run, 'agent.sock'),
      control: join(run, 'control.sock'),
    },
    kinds: ['images.optimize'],
    limits: { memoryMb: 1024 },
    php: { socket: site.php.socket, statusPath: site.php.statusPath },
  }
}

/** Runs the job as a person at the site would. */
async function run(policyFile: string, input: unknown): Promise<KindImagesOptimizeResult> {
  const args = ['--conditions=source', agent, 'exec', 'images.optimize', '--policy', policyFile, '--input', JSON.stringify(input)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: runMs, maxBuffer: 4_194_304 })
  return JSON.parse(stdout) as KindImagesOptimizeResult
}

/** The front page as PHP makes it now, not as nginx has it. */
async function frontPage(site: NativeSite): Promise<string> {
  const answer = await site.fetch(site.pages.home, { headers: { 'x-platen-refresh': site.nginx.refreshSecret } })
  assert.equal(answer.status, 200)
  return answer.text()
}

function picturesIn(page: string): Picture[] {
  return [...page.matchAll(/<picture\b.*?<\/picture>/gs)].map(([picture]) => {
    const source = /<source\b[^>]*>/.exec(picture)?.[0] ?? ''
    const image = /<img\b[^>]*>/.exec(picture)?.[0] ?? ''
    assert.match(source, /type=["']image\/webp["']/)
    return { webp: candidates(source), fallback: candidates(image) }
  })
}

/** URL and descriptor of each candidate; an image without srcset has its src alone. */
function candidates(tag: string): string[] {
  const attribute = (name: string): string | undefined => new RegExp(`\\s${name}=["']([^"']*)["']`).exec(tag)?.[1]
  return (attribute('srcset') ?? attribute('src') ?? '').split(',').map(candidate => candidate.trim())
}

async function bytesAt(site: NativeSite, candidate: string): Promise<{ readonly type: string | null; readonly bytes: number }> {
  const url = candidate.split(/\s/)[0] as string
  const answer = await site.fetch(url)
  assert.equal(answer.status, 200, url)
  return { type: answer.headers.get('content-type'), bytes: (await answer.arrayBuffer()).byteLength }
}

/** Hash of each file below the uploads folder. */
async function uploadsOf(site: NativeSite): Promise<ReadonlyMap<string, string>> {
  const uploads = join(site.root, 'wp-content', 'uploads')
  const entries = await readdir(uploads, { recursive: true, withFileTypes: true })
  const names = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(uploads.length + 1))
  const hash = async (name: string): Promise<[string, string]> => [
    name,
    createHash('sha256')
      .update(await readFile(join(uploads, name)))
      .digest('hex'),
  ]
  return new Map(await Promise.all(names.toSorted().map(hash)))
}
