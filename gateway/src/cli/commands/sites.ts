import { ask, askBounded } from '../api.ts'
import { needed, text, type Commands } from '../command-line.ts'
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
  cdn: {
    description: 'say where a site is at a CDN, so that its purges reach it; with --none, that it is at none',
    args: '<site>',
    options: [
      ['--account <name>', 'one of the gateway’s CDN file'],
      ['--zone <id>', 'the CDN’s id of the zone'],
      ['--hosts <names>', 'names under which the CDN serves the site, by commas (default: the host of its URL)'],
      ['--none', 'it is at no CDN'],
    ],
    run: async values => {
      const path = `/v1/sites/${encodeURIComponent(needed(values, 'site'))}`
      if (values['none'] === true) return printOne(values['json'], await ask(settings(values), 'POST', `${path}/cdn`, {}))
      const account = needed(values, 'account')
      const zone = needed(values, 'zone')
      const hosts = text(values, 'hosts') ?? new URL((await ask<Site>(settings(values), 'GET', path)).url).hostname
      const body = { account, zone, hosts: hosts.split(',').map(host => host.trim()) }
      return printOne(values['json'], await ask(settings(values), 'POST', `${path}/cdn`, body))
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
