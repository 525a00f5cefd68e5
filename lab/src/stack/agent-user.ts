import { userInfo } from 'node:os'
import { requireBinary } from '../engines/binaries.ts'
import { runCommand } from '../process/run-command.ts'
import type { NativeSite } from '../sites/native/native-site-type.ts'
import { isRoot, systemUser } from '../sites/system-user.ts'
import type { WasmSite } from '../sites/wasm/wasm-site.ts'

/** Name of the system user that lab's agents run as. */
const name = 'platen-lab-agent'

/**
 * The agent's user. Beside a native site, as root, it is one of its own, in the group that may connect to PHP-FPM's socket;
 * beside a WebAssembly site everything is who started it.
 */
export async function agentUser(site: NativeSite | WasmSite): Promise<string> {
  if (site.kind === 'wasm' || !isRoot) return userInfo().username
  const user = await systemUser(name)
  await runCommand(requireBinary('usermod'), ['--append', '--groups', site.nginx.user, user.name], { timeoutMs: 10_000 })
  return user.name
}
