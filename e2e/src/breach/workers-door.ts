import { dirname, join } from 'node:path'
import { got, held, stopped, type Outcome } from './attempt.ts'
import { asUser } from './shell.ts'
import type { Ward } from './ward.ts'

/**
 * Says something at the workers' door of an agent. It tells strangers nothing, so that their being cut off is all that can be
 * seen; and that is a refusal only where whoever has said nothing yet is left to stand there.
 */
export async function tryDoor(user: string, { policy }: Pick<Ward, 'policy'>, line: string): Promise<Outcome> {
  const socket = join(dirname(policy.agent.control), 'workers.sock')
  const waiting = await asUser(user, { do: 'say', socket, text: '' })
  if (waiting.error !== undefined) return stopped(waiting.error)
  if (waiting.ended) throw new Error('the workers’ door lets nobody in who has yet to say who he is')
  const { error, ended = false, text = '' } = await asUser(user, { do: 'say', socket, text: `${line}\n` })
  if (error !== undefined) return stopped(error)
  if (text !== '') return got(text)
  return ended ? held('cut off') : got('he is listened to')
}
