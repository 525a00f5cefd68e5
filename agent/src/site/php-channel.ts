import type { DocumentPolicy } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { PhpChannel } from '../ports/php-channel.ts'

/** The plugin as the policy file says that it is reached. Only the way that is used is loaded: HTTP costs the agent memory. */
export async function phpChannel(policy: Pick<DocumentPolicy, 'site' | 'php'>, clock: Clock): Promise<PhpChannel> {
  if ('http' in policy.php) return (await import('./php-http.ts')).phpSignedHttp(policy, clock)
  return (await import('./php.ts')).phpFastCgi(policy, clock)
}
