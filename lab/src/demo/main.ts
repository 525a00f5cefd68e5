/** `pnpm start`: everything on this machine, the four jobs, and the URLs to look at. */
import { join } from 'node:path'
import { installEngines } from '../engines/install-engines.ts'
import { missingEngines } from '../engines/engine-list.ts'
import { explain } from '../lab-error.ts'
import { repositoryRoot } from '../paths.ts'
import { createNativeSite } from '../sites/native/native-site.ts'
import type { NativeSite } from '../sites/native/native-site-type.ts'
import { createWasmSite, type WasmSite } from '../sites/wasm/wasm-site.ts'
import { startStack, type Stack } from '../stack/stack.ts'
import { runFourJobs } from './jobs.ts'
import { demoHelp, demoOptions, type DemoOptions } from './options.ts'
import { screen, type Screen } from './screen.ts'

const plugin = join(repositoryRoot, 'wp-plugin')

/** Everything that was brought up, newest first, so that it ends in the opposite order. */
const running: { stop(): Promise<void> }[] = []

async function demo(options: DemoOptions, out: Screen): Promise<number> {
  out.say('Platen: gateway, signer, agent and a real WordPress on this machine')
  const site = await bringUpSite(options, out)
  running.unshift(site)
  const stack = await startStack(site, { gatewayPort: options.gatewayPort, progress: out.step })
  running.unshift(stack)
  out.say('\nFour jobs, dispatched by the gateway')
  const jobs = await runFourJobs(stack, site, out.job)
  const urls = {
    admin: `${site.url}/wp-admin/admin.php?page=platen`,
    site: site.url,
    gateway: `${stack.api.url}/#token=${stack.api.token}`,
  }
  if (options.json) {
    const brief = jobs.map(({ id, kind, state, result, error }) => ({ id, kind, state, summary: result?.summary, error }))
    process.stdout.write(`${JSON.stringify({ jobs: brief, urls })}\n`)
  }
  const succeeded = jobs.every(job => job.state === 'succeeded')
  if (!options.once) await stayUp(out, site, stack, urls)
  return succeeded ? 0 : 1
}

async function bringUpSite(options: DemoOptions, out: Screen): Promise<NativeSite | WasmSite> {
  const common = { wordpressVersion: options.wordpress, plugins: [plugin], port: options.sitePort, progress: out.step }
  if (!options.native) return createWasmSite(common)
  const missing = await missingEngines()
  if (missing.length > 0) await installEngines(missing, out.step)
  return createNativeSite(common)
}

async function stayUp(out: Screen, site: NativeSite | WasmSite, stack: Stack, urls: Readonly<Record<string, string>>): Promise<void> {
  out.say(`
Everything is up; Ctrl-C ends it.

  WP admin   ${urls['admin']}   (${site.adminUser} / ${site.adminPassword})
  Site       ${urls['site']}
  Gateway    ${urls['gateway']}

  Try:  PLATEN_URL=${stack.api.url} PLATEN_TOKEN=${stack.api.token} npx pnpm platen job run health.report ${stack.siteId} --wait
`)
  // The site and the stack are children of this process and keep it up; the signal handlers end it.
  await new Promise<never>(() => {})
}

async function stopAll(): Promise<void> {
  for (const part of running.splice(0)) await part.stop()
}

const interrupted = (): void => {
  out.say('stopping')
  void stopAll().finally(() => process.exit(130))
}

const out = screen(process.stderr)
try {
  const options = demoOptions(process.argv.slice(2))
  if (options) {
    process.once('SIGINT', interrupted)
    process.once('SIGTERM', interrupted)
    process.exitCode = await demo(options, out)
  } else {
    process.stdout.write(demoHelp)
  }
} catch (error) {
  out.say(`\n${explain(error)}`)
  process.exitCode = 1
} finally {
  await stopAll()
}
