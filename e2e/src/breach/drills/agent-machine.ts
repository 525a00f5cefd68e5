import { join } from 'node:path'
import { systemUser } from '@platen/lab'
import { got, possible, refused, stopped, type Attempt, type Outcome } from '../attempt.ts'
import type { Field } from '../field.ts'
import { launchHostile } from '../hostile-launch.ts'
import { tryFile, trySignal } from '../shell.ts'

const user = ({ wards }: Field): string => wards[0].policy.agent.user
const worker = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `start site ${index.toString(16).padStart(64, '0')} 256`)

async function launcherDid(field: Field, line: string): Promise<Outcome> {
  const report = await launchHostile(field.wards[0], [line])
  return report && report.workers.length > 0 ? got(`it started ${report.workers[0]?.command}`) : stopped('the launcher ends the agent')
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
  ['have the launcher start a worker as root', field => launcherDid(field, `start root ${'0'.repeat(64)} 256`)],
  ['have the launcher start a program of its choice', field => launcherDid(field, `start site ${'0'.repeat(64)} 256 /bin/sh`)],
  [
    'have the launcher start workers without end',
    async field => {
      const report = await launchHostile(field.wards[0], worker(30))
      const count = report?.workers.length ?? 0
      return count === 8 ? stopped('eight at most') : got(`${count} were started`)
    },
  ],
  [
    'have the launcher give a worker more memory than the policy file does',
    async field => {
      const report = await launchHostile(field.wards[0], [`start site ${'0'.repeat(64)} 9999`])
      const [command = ''] = report?.workers.map(one => one.command) ?? []
      return command.includes('--max-old-space-size=256') ? stopped('the policy file’s bound') : got(command)
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
      return report?.workers[0]?.uid === uid ? got('workers follow the agent') : stopped('no worker came')
    },
  ],
])
