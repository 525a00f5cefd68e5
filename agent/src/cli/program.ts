import { Command, InvalidArgumentError, Option } from 'commander'
import { usualPolicyPath } from '../domain/usual-paths.ts'

interface PolicyOption {
  readonly policy: string
}

interface JsonOption {
  readonly json?: true
}

/** The command line of `platen-agent`. Each command loads what it needs when it is called. */
export function program(): Command {
  const command = new Command('platen-agent')
    .description('Platen’s agent: keeps the WordPress site beside it fast and healthy.')
    .showHelpAfterError()
    // A wrong option is bad input, as a wrong value is.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .helpCommand(false)
  addInit(command)
  addRun(command)
  addExec(command)
  addStatus(command)
  addReceipts(command)
  addDoctor(command)
  addEnrol(command)
  addRotateKey(command)
  return command
}

/** A new option of its own for each command, since every command takes it. */
function policyOption(): Option {
  return new Option('--policy <file>', 'the policy file').default(usualPolicyPath)
}

interface InitOptions extends PolicyOption, JsonOption {
  readonly site?: string
  readonly url?: string
  readonly fpm?: string
  readonly nginx?: string
  readonly redis?: string
  readonly redisPrefix?: string
  readonly cdn?: string
  readonly undo?: true
}

function addInit(command: Command): void {
  command
    .command('init')
    .description('put Platen on a WordPress site: find its services, write the policy file, install the plugin (as root)')
    .option('--site <folder>', 'the folder that holds wp-load.php')
    .option('--url <url>', 'the site’s address; otherwise WordPress’s own')
    .option('--fpm <socket>', 'the Unix socket of its PHP-FPM pool; otherwise the one that nginx passes PHP on to')
    .option('--nginx <file>', 'the configuration of its nginx; otherwise those of the nginx that run')
    .option('--redis <url>', 'the Redis of its object cache, such as redis://127.0.0.1:6379/0')
    .option('--redis-prefix <prefix>', 'what this site’s keys in it begin with and no other site’s do, such as shop:')
    .option('--cdn <address>', 'the IP address at which the CDN in front of it is reached, with or without a port')
    .option('--undo', 'take everything back: plugin, policy file, state')
    .option('--json', 'for programs')
    .addOption(policyOption())
    .action(async (options: InitOptions) => {
      const { initCommand } = await import('./init.ts')
      await initCommand(options)
    })
}

function addRun(command: Command): void {
  command
    .command('run')
    .description('run the agent in the foreground, until SIGTERM or Ctrl-C (as root, so that each part gets a user of its own)')
    .addOption(policyOption())
    .action(async ({ policy }: PolicyOption) => {
      const { runAgent } = await import('./run.ts')
      await runAgent(policy)
    })
}

function addExec(command: Command): void {
  command
    .command('exec')
    .description('run one job now: progress on stderr, result as JSON on stdout; exit 0 done, 1 failed, 2 bad input')
    .argument('<kind>', 'a job kind, such as cache.purge')
    .requiredOption('--input <json>', 'the job’s input, such as \'{"everything":true,"reason":"…"}\'')
    .addOption(policyOption())
    .action(async (kind: string, { policy, input }: PolicyOption & { input: string }) => {
      const { execCommand } = await import('./exec-command.ts')
      process.exitCode = await execCommand(kind, input, policy)
    })
}

function addStatus(command: Command): void {
  command
    .command('status')
    .description('say what the running agent is and does')
    .option('--json', 'for programs')
    .addOption(policyOption())
    .action(async ({ policy, json }: PolicyOption & JsonOption) => {
      const { statusCommand } = await import('./status.ts')
      await statusCommand(policy, json === true)
    })
}

interface ReceiptsOptions extends PolicyOption, JsonOption {
  readonly since?: number
}

function addReceipts(command: Command): void {
  command
    .command('receipts')
    .description('list the signed receipts of this site, oldest first; the lines of --json are what `platen receipts verify` reads')
    .option('--since <seq>', 'those of the newest chain from this number on', wholeNumber)
    .option('--json', 'one signed receipt a line, byte for byte as it was signed')
    .addOption(policyOption())
    .action(async ({ policy, since, json }: ReceiptsOptions) => {
      const { receiptsCommand } = await import('./receipts.ts')
      await receiptsCommand(policy, { json: json === true, ...(since === undefined ? {} : { since }) })
    })
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('a whole number is meant')
  return number
}

function addDoctor(command: Command): void {
  command
    .command('doctor')
    .description('look at everything that the agent needs, and say what to do; exit 1 where something fails')
    .option('--json', 'for programs')
    .addOption(policyOption())
    .action(async ({ policy, json }: PolicyOption & JsonOption) => {
      const { doctorCommand } = await import('./doctor.ts')
      process.exitCode = await doctorCommand(policy, json === true)
    })
}

function addEnrol(command: Command): void {
  command
    .command('enrol')
    .description('give this agent an identity at the gateway')
    .requiredOption('--bundle <file>', 'the bundle of `platen site enrol`; - reads it from stdin; a file is removed after use')
    .addOption(policyOption())
    .action(async ({ policy, bundle }: PolicyOption & { bundle: string }) => {
      const { enrolCommand } = await import('./enrol.ts')
      await enrolCommand(bundle, policy)
    })
}

function addRotateKey(command: Command): void {
  command
    .command('rotate-key')
    .description('give this agent a new key at its gateway; the old one works until the new one has (as root)')
    .addOption(policyOption())
    .action(async ({ policy }: PolicyOption) => {
      const { rotateKeyCommand } = await import('./rotate-key.ts')
      await rotateKeyCommand(policy)
    })
}
