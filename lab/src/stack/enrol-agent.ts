import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DocumentPolicy } from '@platen/protocol'
import { freePort } from '../process/free-port.ts'
import type { NativeSite } from '../sites/native/native-site-type.ts'
import type { WasmSite } from '../sites/wasm/wasm-site.ts'
import { agentUser } from './agent-user.ts'
import type { Api } from './api.ts'
import { policyFor } from './policy.ts'
import type { Programs } from './programs.ts'
import { tellPlugin } from './tell-plugin.ts'

/** A site that the gateway knows, and its agent that may connect. */
export interface EnrolledAgent {
  readonly siteId: string
  readonly policy: DocumentPolicy
  readonly policyFile: string
}

/** What a site is enrolled at. */
interface Platform {
  readonly api: Api
  readonly programs: Programs
  readonly signerRoot: string
  readonly cdnAddress?: string | undefined
}

/** Adds the site, writes its agent's policy file as an operator would, and enrols it by the command line. */
export async function enrolAgent(
  site: NativeSite | WasmSite,
  directory: string,
  { api, programs, signerRoot, cdnAddress }: Platform,
): Promise<EnrolledAgent> {
  const { id: siteId } = await api.request<{ id: string }>('POST', '/v1/sites', { url: site.url })
  const policy = await writtenPolicy(site, directory, cdnAddress)
  const policyFile = join(directory, 'policy.json')
  await writeFile(policyFile, JSON.stringify(policy, null, 2), { mode: 0o644 })
  const invitation = await api.request<{ token: string; expiresAt: string; siteUrl: string }>('POST', `/v1/sites/${siteId}/enrolment`, {})
  const { token, expiresAt, siteUrl } = invitation
  const bundle = { version: 1, siteId, siteUrl, token, expiresAt, gateways: [api.url], signerRoot }
  const bundleFile = join(directory, 'bundle.json')
  await writeFile(bundleFile, JSON.stringify(bundle), { mode: 0o600 })
  await programs.text(programs.agent('enrol', '--bundle', bundleFile, '--policy', policyFile))
  return { siteId, policy, policyFile }
}

async function writtenPolicy(site: NativeSite | WasmSite, directory: string, cdnAddress: string | undefined): Promise<DocumentPolicy> {
  const tcp = site.kind === 'wasm' ? { port: await freePort(), secret: randomBytes(24).toString('hex') } : undefined
  const place = {
    user: await agentUser(site),
    directory: join(directory, 'agent'),
    ...(tcp ? { tcp } : {}),
    ...(cdnAddress === undefined ? {} : { cdnAddress }),
  }
  await mkdir(place.directory, { mode: 0o755 })
  const policy = policyFor(site, place)
  await tellPlugin(site, policy)
  return policy
}
