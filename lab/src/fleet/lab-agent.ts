import { mkdir, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { DocumentPolicy } from '@platen/protocol'
import { LabError } from '../lab-error.ts'
import type { Api } from '../stack/api.ts'
import type { Programs } from '../stack/programs.ts'
import { labKinds } from './lab-kinds.ts'

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
  readonly agentId: string
  readonly policy: DocumentPolicy
  readonly policyFile: string
  /** Enrols another agent in the place of the one before, from nothing but the policy file: a container that is made anew. The id of the new one. */
  enrolAnew(): Promise<string>
}

/** Adds a site and enrols its agent by the command line, as an operator does. It carries out lab's kinds only. */
export async function enrolLabAgent(parts: LabAgentParts): Promise<LabAgent> {
  const { api, siteUrl, folder } = parts
  await mkdir(join(folder, 'root'), { recursive: true })
  const policy = policyOf(folder, siteUrl)
  const policyFile = join(folder, 'policy.json')
  await writeFile(policyFile, JSON.stringify(policy), { mode: 0o644 })
  const { id: siteId } = await api.request<{ id: string }>('POST', '/v1/sites', { url: siteUrl })
  const agentId = await enrolAt(siteId, policyFile, parts)
  const enrolAnew = async (): Promise<string> => {
    await rm(policy.agent.state, { recursive: true, force: true })
    return enrolAt(siteId, policyFile, parts)
  }
  return { siteId, agentId, policy, policyFile, enrolAnew }
}

/** The id of the agent that comes of it. */
async function enrolAt(siteId: string, policyFile: string, parts: LabAgentParts): Promise<string> {
  const { api, programs, signerRoot, gatewayUrl, folder } = parts
  const invited = await api.request<{ token: string; expiresAt: string; siteUrl: string }>('POST', `/v1/sites/${siteId}/enrolment`, {})
  const bundle = { version: 1, siteId, ...invited, gateways: [gatewayUrl], signerRoot }
  const bundleFile = join(folder, 'bundle.json')
  await writeFile(bundleFile, JSON.stringify(bundle), { mode: 0o600 })
  const said = await programs.text(programs.agent('enrol', '--bundle', bundleFile, '--policy', policyFile))
  const [agentId] = /agent_[0-9a-f-]{36}/.exec(said) ?? []
  if (agentId === undefined) throw new LabError('lab.command_failed', `platen-agent enrol said: ${said}`, 'It should name the agent.')
  return agentId
}

function policyOf(folder: string, url: string): DocumentPolicy {
  const user = userInfo().username
  const place = (name: string): string => join(folder, name)
  return {
    version: 1,
    site: { root: place('root'), url, user },
    agent: { user, state: place('state'), socket: place('run/agent.sock'), control: place('run/control.sock') },
    kinds: labKinds.map(({ name }) => name),
    limits: { memoryMb: 256 },
    php: { http: true, secret: 'nobody-asks-php-of-an-agent-of-labs-own' },
  }
}
