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

/** From options, then the environment, then `~/.config/platen/config.json`. @throws PlatenError token.invalid, url.invalid, input.invalid */
export function settings(values: Values): Settings {
  const file = configFile()
  const tokenFile = text(values, 'tokenFile')
  const token = tokenFile === undefined ? (process.env['PLATEN_TOKEN'] ?? file.token) : read(tokenFile, 'token-file').trim()
  if (!token) throw new PlatenError('token.invalid', 'Set PLATEN_TOKEN, or name a file with --token-file.')
  const url = text(values, 'url') ?? process.env['PLATEN_URL'] ?? file.url ?? 'http://127.0.0.1:8871'
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new PlatenError('url.invalid', url, { field: 'url' })
  return { url, token }
}

function configFile(): Partial<Settings> {
  const path = join(homedir(), '.config', 'platen', 'config.json')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw unreadable(path, 'config', error)
  }
  try {
    return JSON.parse(text) as Partial<Settings>
  } catch (error) {
    // The words of JSON.parse may repeat the token.
    throw new PlatenError('input.invalid', `${path} is not JSON.`, { cause: error, field: 'config' })
  }
}

function read(path: string, field: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(path, field, error)
  }
}

function unreadable(path: string, field: string, cause: unknown): PlatenError {
  return new PlatenError('input.invalid', `${path} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? 'unknown'}.`, {
    cause,
    field,
  })
}
