import type { FastifyRequest } from 'fastify'
import type { Scope, Token } from '../ports/tokens.ts'
import type { Gatekeeper } from './gatekeeper.ts'

/** Requests that were let in, each with its token. It is asked for before a body is read: bodies are large, and are read and judged only for those who may send one. */
export class Admitted {
  readonly #gatekeeper: Pick<Gatekeeper, 'admit'>
  readonly #tokens = new WeakMap<FastifyRequest, Token>()

  constructor(gatekeeper: Pick<Gatekeeper, 'admit'>) {
    this.#gatekeeper = gatekeeper
  }

  /** @throws PlatenError token.invalid, token.scope, rate.limited */
  async admit(request: FastifyRequest, scope: Scope): Promise<void> {
    const { authorization } = request.headers
    this.#tokens.set(request, await this.#gatekeeper.admit({ authorization, address: request.ip }, scope))
  }

  /** The token of a request that was let in. */
  tokenOf(request: FastifyRequest): Token {
    const token = this.#tokens.get(request)
    if (!token) throw new Error('nobody let this request in')
    return token
  }
}
