import { PlatenError, problemText, toldError, type ErrorCode, type PluginCommands, type Validator } from '@platen/protocol'
import { commandValidators } from '@platen/protocol/validators/commands'

/** How PHP answered a call, over whichever way. */
export interface CallAnswer {
  readonly status: number
  /** The header Retry-After came with it, as WordPress sends it in maintenance. */
  readonly retryAfter: boolean
  readonly body: Buffer
  /** What PHP said about errors. */
  readonly complaint: string
}

/** Errors that the plugin may speak of; any other code from PHP becomes plugin.refused. */
const mayTell: ReadonlySet<string> = new Set<ErrorCode>(['plugin.refused', 'plugin.missing', 'wordpress.maintenance', 'php.failed'])
const mostWords = 300

/** A call as the plugin reads it. @throws PlatenError plugin.refused for a command or arguments that it can't know */
export function callBody(command: string, args: unknown): Buffer {
  checked(`${command}.args`, args, 'The call')
  return Buffer.from(JSON.stringify({ command, args }))
}

/**
 * The value of a plugin's answer. PHP is hostile: codes are allow-listed, words bounded and cleaned, the value checked.
 * @throws PlatenError plugin.missing, plugin.refused, wordpress.maintenance, php.failed
 */
export function answerValue<Name extends keyof PluginCommands>(command: Name, answer: CallAnswer): PluginCommands[Name]['value'] {
  const parsed = parse(answer.body)
  if (parsed !== undefined && commandValidators['plugin.answer']?.(parsed) === true) {
    const told = parsed as Told
    if (told.ok) return checked(`${command}.value`, told.value, 'Its answer') as PluginCommands[Name]['value']
    if (mayTell.has(told.code)) throw toldError(told.code as ErrorCode, words(told.message))
    throw new PlatenError('plugin.refused', words(`${told.code}: ${told.message}`))
  }
  throw withoutAnswer(answer)
}

type Told = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly code: string; readonly message: string }

/** What it means that something else than the plugin answered. */
function withoutAnswer({ status, retryAfter, complaint }: CallAnswer): PlatenError {
  if (status === 404) return new PlatenError('plugin.missing')
  if (status === 503 && retryAfter) return new PlatenError('wordpress.maintenance')
  if (status >= 400) return new PlatenError('php.failed', words(`It answered ${status}. ${complaint}`))
  return new PlatenError('plugin.missing', words(`Something else answered. ${complaint}`))
}

function checked(schema: string, value: unknown, what: string): unknown {
  const validator: Validator | undefined = Object.hasOwn(commandValidators, schema) ? commandValidators[schema] : undefined
  if (!validator) throw new PlatenError('plugin.refused', 'There is no such command.')
  if (!validator(value)) throw new PlatenError('plugin.refused', `${what} breaks its schema: ${problemText(validator.errors)}.`)
  return value
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    // Not JSON: the caller says what that means by the status.
    return undefined
  }
}

/** Words from PHP, fit for logs and screens: no control characters or direction marks, bounded. */
function words(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
    .slice(0, mostWords)
}
