import { randomUUID } from 'node:crypto'
import { isErrorCode, PlatenError } from '@platen/protocol'
import type { Settings } from './settings.ts'

const requestMs = 30_000

/** Asks the gateway. @throws PlatenError with the code of its answer, or gateway.unreachable */
export async function ask<T>({ url, token }: Settings, method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(new URL(path, url), {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID() }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = (await response.json().catch((error: unknown) => {
    // What a proxy refuses need not be JSON.
    if (response.ok) throw new PlatenError('gateway.unreachable', `The answer of ${new URL(url).origin} broke off.`, { cause: error })
    return {}
  })) as Record<string, unknown>
  if (response.ok) return answer as T
  const { code, detail, field } = answer
  const words = typeof detail === 'string' ? detail : `HTTP ${response.status}`
  throw new PlatenError(isErrorCode(code) ? code : 'internal', words, typeof field === 'string' ? { field } : {})
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(requestMs) })
  } catch (error) {
    throw new PlatenError('gateway.unreachable', url.origin, { cause: error })
  }
}

/** All items of a list, page by page, no more than `most`. */
export async function askAll<T>(settings: Settings, path: string, most: number): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const url = new URL(path, 'http://list')
    if (cursor !== undefined) url.searchParams.set('cursor', cursor)
    const page = await ask<{ items: T[]; nextCursor?: string }>(settings, 'GET', `${url.pathname}${url.search}`)
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined && items.length < most)
  return items.slice(0, most)
}

/** A list as far as its bound; says on stderr where that is not all of it. */
export async function askBounded<T>(settings: Settings, path: string, most: number): Promise<T[]> {
  const items = await askAll<T>(settings, path, most + 1)
  if (items.length > most) process.stderr.write(`platen: these are the first ${most}; there are more.\n`)
  return items.slice(0, most)
}
