import { readPolicy } from '../config/policy-file.ts'
import { execJob } from './exec.ts'

/** `platen-agent exec`: Ctrl-C cancels the job and waits for its end; a second one ends the command. */
export async function execCommand(kind: string, input: string, policyPath: string): Promise<0 | 1 | 2> {
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  process.once('SIGTERM', () => abort.abort())
  const output = { out: (text: string) => process.stdout.write(text), err: (text: string) => process.stderr.write(text) }
  return await execJob({ kind, input, policyPath, policy: readPolicy(policyPath) }, output, abort.signal)
}
