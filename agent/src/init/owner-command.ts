import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PlatenError } from '@platen/protocol'

const commandMs = 60_000
const mostWords = 2_000

/**
 * Runs a program with the rights of a folder's owner and no others. What lies in a site's folders is the site's to change at
 * any moment: root would follow where a link leads.
 * @throws PlatenError file.denied with the program's words
 */
export async function runAsOwner(folder: string, program: string, args: readonly string[], input?: Readable): Promise<void> {
  const { uid, gid } = statSync(folder)
  const identity = uid === 0 ? [] : ['--reuid', String(uid), '--regid', String(gid), '--clear-groups']
  const child = spawn('/usr/bin/setpriv', [...identity, '--', program, ...args], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'pipe'],
    signal: AbortSignal.timeout(commandMs),
  })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(0, mostWords)
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  const fed = input ? pipeline(input, child.stdin) : Promise.resolve(child.stdin.end())
  const [code] = await Promise.allSettled([ended, fed])
  if (code.status === 'rejected' || code.value !== 0)
    throw new PlatenError('file.denied', `${folder}: ${words.trim() || String((code as PromiseRejectedResult).reason ?? program)}`, {
      field: folder,
    })
}
