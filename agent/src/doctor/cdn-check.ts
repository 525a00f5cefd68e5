import { errorRow, toPlatenError, type DocumentPolicy } from '@platen/protocol'
import type { Page, PageFetcher } from '../ports/page-fetcher.ts'
import { good, type Finding } from './finding.ts'

const check = 'CDN'
/** Headers by which a CDN tells its part in an answer. */
const words = ['cf-cache-status', 'age']
/** Answers of a CDN that takes the agent for no visitor. */
const refusals: ReadonlySet<number> = new Set([401, 403, 429])

/**
 * Whether the CDN answers for the site where the policy file says that it is, and as a CDN does. Asked twice, since what it has just
 * fetched has no age yet.
 */
export async function checkCdn({ cdn, site }: DocumentPolicy, pages: PageFetcher | undefined): Promise<Finding> {
  const { href, hostname, origin } = new URL(site.url)
  if (!cdn || !pages) {
    const detail = 'The policy file names no cdn.address: where a CDN is in front of the site, nobody looks at what it gives.'
    return { check, state: 'unknown', detail, fix: `Name it with platen-agent init --site FOLDER --cdn ADDRESS. ${howToFind(hostname)}` }
  }
  try {
    await pages.fetch(href)
    const page = await pages.fetch(href)
    const wrong = noPage(page, origin)
    if (wrong) return { check, state: 'failed', ...wrong }
    const said = words.flatMap(name => {
      const word = page.headers[name]
      return word === undefined ? [] : `${name} ${plain(word)}`
    })
    if (said.length > 0) return good(check, `${cdn.address} answers for ${origin}: ${said.join(', ')}.`)
    const detail = `${cdn.address} answers for ${origin}, but not as a CDN: with neither cf-cache-status nor age.`
    return { check, state: 'weak', detail, fix: `It may be the server itself. ${howToFind(hostname)}` }
  } catch (error) {
    const { code, message } = toPlatenError(error)
    return { check, state: 'failed', detail: `${cdn.address}: ${code}: ${message}`, fix: `${errorRow(code).hint} ${howToFind(hostname)}` }
  }
}

/** Why an answer is none of the site's, and what to do. */
function noPage({ status, headers }: Page, origin: string): Pick<Finding, 'detail' | 'fix'> | undefined {
  const challenge = headers['cf-mitigated']
  if (challenge !== undefined || refusals.has(status)) {
    const why = challenge === undefined ? `status ${status}` : plain(challenge)
    return { detail: `It takes the agent for no visitor: ${why}.`, fix: 'Have its rules let User-Agent Platen through from this server.' }
  }
  const location = headers['location']
  if (status >= 300 && status < 400 && location !== undefined && !isOn(location, origin)) {
    return { detail: `It answers with a redirect to ${plain(location)}.`, fix: 'Set site.url of the policy file to what visitors use.' }
  }
  return status < 500 ? undefined : { detail: `It answers with status ${status}.`, fix: 'Open the site in a browser to see why.' }
}

function isOn(location: string, origin: string): boolean {
  return URL.canParse(location, origin) && new URL(location, origin).origin === origin
}

/** Text of others as a terminal may show it. */
function plain(text: string): string {
  return text.slice(0, 200).replaceAll(/[^ -~]/g, '?')
}

function howToFind(host: string): string {
  return `Where visitors are sent to: dig +short ${host}.`
}
