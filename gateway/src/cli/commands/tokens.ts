import { ask, askBounded } from '../api.ts'
import { needed, type Commands } from '../command-line.ts'
import { settings } from '../settings.ts'
import { printList, printOne } from '../table.ts'

interface Token {
  readonly id: string
  readonly name: string
  readonly scope: string
  readonly createdAt: string
  readonly revokedAt?: string
}

const most = 1_000

/** `platen token …` */
export const tokenCommands: Commands = {
  create: {
    description: 'make an API token; it is shown once',
    args: '<name>',
    options: [['--scope <scope>', 'read, dispatch or admin', 'read']],
    run: async values =>
      printOne(
        values['json'],
        await ask(settings(values), 'POST', '/v1/tokens', { name: needed(values, 'name'), scope: needed(values, 'scope') }),
      ),
  },
  list: {
    description: 'list the tokens',
    run: async values => {
      const tokens = await askBounded<Token>(settings(values), '/v1/tokens', most)
      return printList(values['json'], tokens, ['TOKEN', 'NAME', 'SCOPE', 'SINCE', 'REVOKED'], token => [
        token.id,
        token.name,
        token.scope,
        token.createdAt,
        token.revokedAt,
      ])
    },
  },
  revoke: {
    description: 'revoke a token',
    args: '<token>',
    run: async values => {
      await ask(settings(values), 'POST', `/v1/tokens/${encodeURIComponent(needed(values, 'token'))}/revoke`, {})
      return 0
    },
  },
}
