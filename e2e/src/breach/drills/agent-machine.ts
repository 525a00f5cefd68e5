import { join } from 'node:path'
import { systemUser } from '@platen/lab'
import { got, held, possible, refused, stopped, type Attempt, type Outcome } from '../attempt.ts'
import type { Field } from '../field.ts'
import { launchHostile } from '../hostile-launch.ts'
import { tryFile, trySignal } from '../shell.ts'

const user = ({ wards }: Field): string => wards[0].policy.agent.user
const worker = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `start usual site ${index.toString(16).padStart(64, '0')} 256`)

/** The launcher has to say that it refused this very line, and to end the main process that wrote it; one that never came to write proves nothing. */
async function launcherDid(field: Field, line: string): Promise<Outcome> {
  const { isReady, refused, workers } = await launchHostile(field.wards[0], [line])
  if (isReady || workers) return got(`the agent went on, with ${workers?.map(({ command }) => command).join(', ') ?? 'no workers seen'}`)
  return refused.length === 1 && refused[0] === line.length + 1 ? held('the launcher ends the agent') : stopped(undefined)
}

/** What the agent's user and its main process try in the container. */
export const onTheMachine: readonly Attempt[] = refused('agent', [
  ['read another agent’s keys', field => tryFile(user(field), 'read', join(field.wards[1].policy.agent.state, 'identity.json'))],
  ['change its own policy file', field => tryFile(user(field), 'write', field.wards[0].policyFile)],
  ['read what is root’s', field => tryFile(user(field), 'read', '/etc/shadow')],
  [
    'read files of the site that are the site’s alone',
    field => tryFile(user(field), 'read', join(field.wards[0].policy.site.root, 'wp-config.php')),
  ],
  ['end the launcher', field => trySignal(user(field), field.wards[0].processes()[0]?.pid ?? -1)],
  ['have the launcher start a worker as root', field => launcherDid(field, `start usual root ${'0'.repeat(64)} 256`)],
  ['have the launcher start a program of its choice', field => launcherDid(field, `start usual site ${'0'.repeat(64)} 256 /bin/sh`)],
  [
    'have the launcher start workers without end',
    async field => {
      const report = await launchHostile(field.wards[0], worker(30))
      const count = report.workers?.length ?? 0
      return count === 8 ? held('eight at most') : got(`${count} were started`)
    },
  ],
  [
    'have the launcher give a worker more memory than the policy file does',
    async field => {
      const report = await launchHostile(field.wards[0], [`start usual site ${'0'.repeat(64)} 9999`])
      const [command = ''] = report.workers?.map(one => one.command) ?? []
      return command.includes('--max-old-space-size=256') ? held('the policy file’s bound') : got(command)
    },
  ],
])

/** What the launcher does for whoever holds the main process. */
export const throughWorkers: readonly Attempt[] = possible('agent', [
  [
    'do at its own site what workers do, as the site’s user',
    async field => {
      const report = await launchHostile(field.wards[0], worker(1))
      const { uid } = await systemUser(field.wards[0].policy.site.user)
      return report.workers?.[0]?.uid === uid ? got('workers follow the agent') : stopped('no worker came')
    },
  ],
])
