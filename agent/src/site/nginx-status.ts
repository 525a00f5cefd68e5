import { request } from 'node:http'
import { PlatenError } from '@platen/protocol'
import type { NginxStatus } from '../ports/samplers.ts'
import { decodedBody } from './decoded-body.ts'

const mostBytes = 4_096
const form =
  /^Active connections: (\d{1,15})\s+server accepts handled requests\s+(\d{1,15}) (\d{1,15}) (\d{1,15})\s+Reading: (\d{1,15}) Writing: (\d{1,15}) Waiting: (\d{1,15})\s*$/

/** Reads the page at the URL that the policy file names. @throws PlatenError nginx.unavailable */
export async function nginxStatus(statusUrl: string, signal: AbortSignal): Promise<NginxStatus> {
  const text = await read(statusUrl, signal).catch((cause: unknown) => {
    if (signal.aborted) throw signal.reason
    throw new PlatenError('nginx.unavailable', undefined, { cause })
  })
  const told = statusIn(text)
  if (!told) throw new PlatenError('nginx.unavailable', 'It does not tell its status at the URL that the policy file names.')
  return told
}

/** What the page says; undefined where it is another one. */
export function statusIn(text: string): NginxStatus | undefined {
  const found = form.exec(text)?.slice(1).map(Number)
  if (!found) return undefined
  const [active, accepted, handled, requests, reading, writing, waiting] = found as [number, number, number, number, number, number, number]
  return { active, accepted, handled, requests, reading, writing, waiting }
}

function read(url: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false, signal })
      .once('response', response => {
        decodedBody(response, 'as told', mostBytes).then(body => resolve(body.toString()), reject)
      })
      .on('error', reject)
      .end()
  })
}
