import { agentTargets } from './agent-targets.ts'
import { gatewayTargets } from './gateway-targets.ts'
import { localTargets } from './local-targets.ts'
import { machineTargets } from './machine-targets.ts'
import { phpTargets } from './php-targets.ts'
import { protocolTargets } from './protocol-targets.ts'
import { receiptTargets } from './receipt-targets.ts'
import { signedTargets } from './signed-targets.ts'
import type { Target } from './target.ts'

/** Every decoder of the three packages: the test of this run compares them with what those name. */
export const targets: readonly Target[] = [
  ...protocolTargets,
  ...agentTargets,
  ...phpTargets,
  ...localTargets,
  ...machineTargets,
  ...signedTargets,
  ...receiptTargets,
  ...gatewayTargets,
]
