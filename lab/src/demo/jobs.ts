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

/** Images that the front page shows: those of its posts. */
async function frontPageImages(site: NativeSite | WasmSite): Promise<number[]> {
  const php = `echo json_encode( array_values( array_filter( array_map( 'get_post_thumbnail_id', get_posts( array( 'numberposts' => 10 ) ) ) ) ) );`
  const ids = JSON.parse(await site.wp(php)) as number[]
  return [...new Set(ids)].slice(0, mostImages)
}
