import type { NativeSite } from '../sites/native/native-site-type.ts'
import type { WasmSite } from '../sites/wasm/wasm-site.ts'
import type { ApiJob } from '../stack/api.ts'
import type { Stack } from '../stack/stack.ts'

const jobMs = 180_000
/** The demo is a look, not a night's work: this many of the front page's images, and the front page's assets. */
const mostImages = 6

/** Dispatches the four jobs through the gateway, one after the other, and follows each to its end. */
export async function runFourJobs(stack: Stack, site: NativeSite | WasmSite, seen: (job: ApiJob) => void): Promise<ApiJob[]> {
  const front = `${site.url}${site.pages.home}`
  const work: readonly (readonly [kind: string, input: unknown])[] = [
    ['health.report', { sections: 'all' }],
    ['images.optimize', { attachments: await frontPageImages(site), mode: 'optimize' }],
    ['assets.bundle', { urls: [front], mode: 'publish' }],
    ['cache.purge', { urls: [front] }],
  ]
  const jobs: ApiJob[] = []
  for (const [kind, input] of work) jobs.push(await stack.api.runJob(stack.siteId, kind, input, jobMs, seen))
  return jobs
}

/** Attachments that the front page shows, by the class that WordPress gives their images. */
async function frontPageImages(site: NativeSite | WasmSite): Promise<number[]> {
  const response = await site.fetch(site.pages.home)
  const ids = [...(await response.text()).matchAll(/\bwp-image-(\d+)\b/g)].map(match => Number(match[1]))
  const unique = [...new Set(ids)].slice(0, mostImages)
  return unique.length > 0 ? unique : [1]
}
