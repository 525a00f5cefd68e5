import { Command, InvalidArgumentError } from 'commander'
import { agentCommands } from './commands/agents.ts'
import { gatewayCommands } from './commands/gateway.ts'
import { jobCommands } from './commands/jobs.ts'
import { receiptCommands } from './commands/receipts.ts'
import { siteCommands } from './commands/sites.ts'
import { tokenCommands } from './commands/tokens.ts'
import type { CommandLine, Commands } from './command-line.ts'

/** The command line of `platen`. This file alone knows commander; the commands are plain functions. */
export function program(): Command {
  const root = new Command('platen')
    .description('Dispatches jobs to WordPress sites and looks after the fleet, over a gateway’s API.')
    .option('--url <url>', 'the gateway (default: $PLATEN_URL, or the one of ~/.config/platen/config.json)')
    .option('--token-file <file>', 'file that holds the API token (default: $PLATEN_TOKEN, or the one of the config file)')
    .option('--json', 'print JSON for programs', false)
    .showHelpAfterError()
    // A wrong option is bad input, as a wrong value is.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  const groups: readonly (readonly [name: string, description: string, commands: Commands])[] = [
    ['gateway', 'run a gateway on this machine', gatewayCommands],
    ['site', 'sites of the account', siteCommands],
    ['agent', 'agents of the account', agentCommands],
    ['job', 'dispatch jobs and see what became of them', jobCommands],
    ['receipts', 'what agents have signed about their purges', receiptCommands],
    ['token', 'API tokens of the account', tokenCommands],
  ]
  for (const [name, description, commands] of groups) addGroup(root, root.command(name).description(description), commands)
  root
    .command('agents')
    .description('same as: agent list')
    .action(run(root, agentCommands['list'] as CommandLine))
  return root
}

function addGroup(root: Command, group: Command, commands: Commands): void {
  for (const [name, line] of Object.entries(commands)) {
    const command = group.command(`${name} ${line.args ?? ''}`.trim()).description(line.description)
    for (const [flags, description, fallback] of line.options ?? []) {
      if (flags.includes('<n>')) command.option(flags, description, wholeNumber, fallback === undefined ? undefined : Number(fallback))
      else command.option(flags, description, fallback)
    }
    command.action(run(root, line))
  }
}

/** Calls a command with its arguments by name, and the options of itself and of the program. */
function run(root: Command, line: CommandLine): (...values: unknown[]) => Promise<void> {
  return async (...values) => {
    const command = values.at(-1) as Command
    const args = command.registeredArguments.map((argument, index) => [argument.name(), command.args[index]] as const)
    process.exitCode = await line.run({ ...root.opts(), ...command.opts(), ...Object.fromEntries(args) })
  }
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('a whole number is meant')
  return number
}
