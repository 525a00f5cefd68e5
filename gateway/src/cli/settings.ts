import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { PlatenError } from '@platen/protocol'
import { text, type Values } from './command-line.ts'

/** Which gateway, and as whom. */
export interface Settings {
  readonly url: string
  readonly token: string
}

/** From options, then the environment, then `~/.config/platen/config.json`. @throws PlatenError token.invalid */
export function settings(values: Values): Settings {
  const file = configFile()
  const tokenFile = text(values, 'tokenFile')
  const token = tokenFile === undefined ? (process.env['PLATEN_TOKEN'] ?? file.token) : readFileSync(tokenFile, 'utf8').trim()
  if (!token) throw new PlatenError('token.invalid', 'Set PLATEN_TOKEN, or name a file with --token-file.')
  return { url: text(values, 'url') ?? process.env['PLATEN_URL'] ?? file.url ?? 'http://127.0.0.1:8871', token }
}

function configFile(): Partial<Settings> {
  try {
    return JSON.parse(readFileSync(join(homedir(), '.config', 'platen', 'config.json'), 'utf8')) as Partial<Settings>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
