import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'

/** What came of asking an agent for a job: its id, a refusal by which it was not made, or silence, after which nobody can tell. */
export type OwnersAnswer = { readonly id: string } | 'refused' | 'silence'

/** An agent that stands still for longer is taken for silent. */
const answerMs = 20_000
const nobodyThere: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED'])

/** Asks an agent for a job through its local door, as the plugin does for the site's owner. Once: the door knows no keys for tries. */
export async function askAsOwner(
  socketPath: string,
  { kind, input }: { kind: string; input: object },
  signal: AbortSignal,
): Promise<OwnersAnswer> {
  try {
    const outgoing = request({
      socketPath,
      method: 'POST',
      path: '/v1/jobs',
      headers: { 'content-type': 'application/json' },
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    })
    outgoing.end(JSON.stringify({ kind, input, origin: 'owner' }))
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    let text = ''
    for await (const piece of response.setEncoding('utf8') as AsyncIterable<string>) text += piece
    return response.statusCode === 202 ? { id: (JSON.parse(text) as { id: string }).id } : 'refused'
  } catch (error) {
    signal.throwIfAborted()
    // Nobody opened the door; elsewhere the agent went away, maybe after it had put the job on record.
    return nobodyThere.has((error as NodeJS.ErrnoException).code) ? 'refused' : 'silence'
  }
}
