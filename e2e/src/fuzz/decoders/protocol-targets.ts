import { canonicalJson, decodeFrame, problemText, type Json, type Validator } from '@platen/protocol'
import { agentFrameValidators } from '@platen/protocol/validators/agent-frames'
import { commandValidators } from '@platen/protocol/validators/commands'
import { documentValidators } from '@platen/protocol/validators/documents'
import { gatewayFrameValidators } from '@platen/protocol/validators/gateway-frames'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { localValidators } from '@platen/protocol/validators/local'
import { policyValidators } from '@platen/protocol/validators/policy'
import { receiptValidators } from '@platen/protocol/validators/receipts'
import { resultValidators } from '@platen/protocol/validators/results'
import { spoolValidators } from '@platen/protocol/validators/spool'
import { corpusFrames, corpusMessages } from '../corpus.ts'
import { anchor, bundle, certificate, grant, inputs, policy, results, spooled } from './valid.ts'
import { jsonTarget, type Target } from './target.ts'

/** Frames, documents and messages that protocol knows. */
export const protocolTargets: readonly Target[] = [
  jsonTarget('frames of agents', corpusFrames('agent'), text => hashed(decodeFrame(text, agentFrameValidators))),
  jsonTarget('frames of gateways', corpusFrames('gateway'), text => hashed(decodeFrame(text, gatewayFrameValidators))),
  jsonTarget('documents', [bundle, certificate, grant], text => all(documentValidators, text)),
  jsonTarget('policy file', [policy], text => all(policyValidators, text)),
  jsonTarget('inputs of kinds', inputs, text => all(inputValidators, text)),
  jsonTarget('results of kinds', results, text => all(resultValidators, text)),
  jsonTarget('local messages', corpusMessages('plugin-requests'), text => all(localValidators, text)),
  jsonTarget('receipts and their names', [anchor], text => all(receiptValidators, text)),
  jsonTarget('notes of the plugin', spooled, text => all(spoolValidators, text)),
  jsonTarget('commands to the plugin', corpusMessages('calls'), text => all(commandValidators, text)),
]

/** What a frame that was accepted meets next: its hash is taken, and it is written again. */
function hashed(decoded: ReturnType<typeof decodeFrame>): unknown {
  return decoded.ok ? canonicalJson(decoded.frame as unknown as Json) : undefined
}

/** Shows a value to every check: each says yes, or no with words. Whether one of them says yes. */
function all(validators: Readonly<Record<string, Validator>>, text: string): boolean {
  const value = parsed(text)
  return Object.values(validators)
    .map(check => check(value) || problemText(check.errors))
    .includes(true)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is not JSON is stopped by the reader before these checks.
    return undefined
  }
}
