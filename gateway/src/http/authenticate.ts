import { createHash } from 'node:crypto'
import { PlatenError } from '@platen/protocol'
import type { Scope, Token, TokenStore } from '../ports/tokens.ts'

const rank: Readonly<Record<Scope, number>> = { read: 0, dispatch: 1, admin: 2 }

/** The token of a request. @throws PlatenError token.invalid */
export async function authenticate(authorization: string | undefined, tokens: Pick<TokenStore, 'byHash'>): Promise<Token> {
  const secret = /^Bearer (plt_[A-Za-z0-9_-]{43})$/.exec(authorization ?? '')?.[1]
  const token = secret === undefined ? undefined : await tokens.byHash(createHash('sha256').update(secret).digest('base64url'))
  if (!token) throw new PlatenError('token.invalid')
  return token
}

/** @throws PlatenError token.scope */
export function requireScope(token: Token, scope: Scope): void {
  if (rank[token.scope] < rank[scope]) throw new PlatenError('token.scope', `The scope ${scope} is needed.`)
}
