import type { TSchema } from 'typebox'
import { EnrolmentBundle } from '../src/documents/enrolment-bundle.ts'
import { CertificatePayload, GrantPayload } from '../src/documents/grant.ts'
import { Policy } from '../src/documents/policy.ts'
import { ReceiptAnchor, SignedReceipt } from '../src/documents/receipt.ts'
import { agentFrames } from '../src/frames/agent-to-gateway.ts'
import { gatewayFrames } from '../src/frames/gateway-to-agent.ts'
import { kindSources } from '../src/kinds/index.ts'
import { pluginMessages } from '../src/local/agent-to-plugin.ts'
import { localMessages } from '../src/local/plugin-to-agent.ts'
import { spoolMessages } from '../src/local/spool.ts'

/** Every schema of the protocol by the name that its validator, its type and its JSON file go by. */
export const sources: Record<string, TSchema> = {
  ...prefixed('agent', agentFrames),
  ...prefixed('gateway', gatewayFrames),
  ...localMessages,
  ...spoolMessages,
  ...pluginMessages,
  ...Object.fromEntries(
    kindSources.flatMap(kind => [
      [`kind.${kind.name}.input`, kind.input],
      [`kind.${kind.name}.result`, kind.result],
    ]),
  ),
  'receipt.signed': SignedReceipt,
  'receipt.anchor': ReceiptAnchor,
  'document.bundle': EnrolmentBundle,
  'document.policy': Policy,
  'document.grant': GrantPayload,
  'document.certificate': CertificatePayload,
}

function prefixed(side: string, frames: Record<string, TSchema>): Record<string, TSchema> {
  return Object.fromEntries(Object.entries(frames).map(([type, schema]) => [`${side}.${type}`, schema]))
}

/** `agent.job.offer` → `AgentJobOffer`: the name of a schema's type. */
export function typeName(name: string): string {
  return name
    .split(/[.-]/)
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}
