import { ask, askBounded } from '../api.ts'
import { needed, type Commands } from '../command-line.ts'
import { settings } from '../settings.ts'
import { signerRoot } from '../signer-root.ts'
import { printList, printOne } from '../table.ts'

interface Site {
  readonly id: string
  readonly url: string
  readonly createdAt: string
}

const most = 10_000

/** `platen site …` */
export const siteCommands: Commands = {
  add: {
    description: 'add a site',
    // Not `url`: that is the gateway's, and the site would be sent the token.
    args: '<address>',
    run: async values => printOne(values['json'], await ask(settings(values), 'POST', '/v1/sites', { url: needed(values, 'address') })),
  },
  list: {
    description: 'list the sites',
    run: async values => {
      const sites = await askBounded<Site>(settings(values), '/v1/sites', most)
      return printList(values['json'], sites, ['SITE', 'URL', 'SINCE'], site => [site.id, site.url, site.createdAt])
    },
  },
  enrol: {
    description: 'make the bundle with which an agent enrols; prints it, good once and for 15 minutes',
    args: '<site>',
    options: [
      [
        '--signer-root <key>',
        'the signer’s public root key, or a file with what platen-signer root prints: from the signer, never from the gateway',
      ],
      ['--gateway <url>', 'the address at which the agent reaches the gateway (default: the one of --url)'],
    ],
    run: async values => {
      const known = settings(values)
      const root = signerRoot(values['signerRoot'])
      const made = await ask<Record<string, string>>(known, 'POST', `/v1/sites/${encodeURIComponent(needed(values, 'site'))}/enrolment`, {})
      const gateways = [typeof values['gateway'] === 'string' ? values['gateway'] : known.url]
      const { siteId, siteUrl, token, expiresAt } = made
      process.stdout.write(`${JSON.stringify({ version: 1, siteId, siteUrl, token, expiresAt, gateways, signerRoot: root }, null, 2)}\n`)
      return 0
    },
  },
}
