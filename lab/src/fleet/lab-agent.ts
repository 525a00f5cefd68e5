import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { DocumentPolicy } from '@platen/protocol'
import type { Api } from '../stack/api.ts'
import type { Programs } from '../stack/programs.ts'

/** What a real agent of a fleet is enrolled with. */
export interface LabAgentParts {
  readonly api: Api
  readonly programs: Programs
  readonly signerRoot: string
  /** Where it reaches its gateway. */
  readonly gatewayUrl: string
  readonly siteUrl: string
  /** Its own, which is made. */
  readonly folder: string
}

/** A real agent that may be started: `programs.labAgent('--policy', policyFile)`. */
export interface LabAgent {
  readonly siteId: string
  readonly policy: DocumentPolicy
  readonly policyFile: string
}

/** Adds a site and enrols its agent by the command line, as an operator does. It carries out lab's kinds only. */
export async function enrolLabAgent({ api, programs, signerRoot, gatewayUrl, siteUrl, folder }: LabAgentParts): Promise<LabAgent> {
  await mkdir(join(folder, 'root'), { recursive: true })
  const policy = policyOf(folder, siteUrl)
  const policyFile = join(folder, 'policy.json')
  await writeFile(policyFile, JSON.stringify(policy), { mode: 0o644 })
  const { id: siteId } = await api.request<{ id: string }>('POST', '/v1/sites', { url: siteUrl })
  const invited = await api.request<{ token: string; expiresAt: string; siteUrl: string }>('POST', `/v1/sites/${siteId}/enrolment`, {})
  const bundle = { version: 1, siteId, ...invited, gateways: [gatewayUrl], signerRoot }
  const bundleFile = join(folder, 'bundle.json')
  await writeFile(bundleFile, JSON.stringify(bundle), { mode: 0o600 })
  await programs.text(programs.agent('enrol', '--bundle', bundleFile, '--policy', policyFile))
  return { siteId, policy, policyFile }
}

function policyOf(folder: string, url: string): DocumentPolicy {
  const user = userInfo().username
  const place = (name: string): string => join(folder, name)
  return {
    version: 1,
    site: { root: place('root'), url, user },
    agent: { user, state: place('state'), socket: place('run/agent.sock'), control: place('run/control.sock') },
    kinds: ['lab.increment', 'lab.noop'],
    limits: { memoryMb: 256 },
    php: { http: true, secret: 'nobody-asks-php-of-an-agent-of-labs-own' },
  }
}
