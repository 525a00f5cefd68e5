import { PlatenError } from '@platen/protocol'

/** Longest URL that is handled, in characters. */
const mostLength = 2_048

/**
 * A URL of the site, without its fragment. Only the site's own scheme, host and port are; credentials, spaces and control
 * characters are refused before parsing, which would drop some of them silently.
 * @throws PlatenError url.invalid, url.foreign
 */
export function siteUrl(text: string, site: string): URL {
  const refused = { field: text.slice(0, 200) }
  if (text.length > mostLength || /[\p{Cc}\s\\]/u.test(text) || !URL.canParse(text))
    throw new PlatenError('url.invalid', undefined, refused)
  const url = new URL(text)
  if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw new PlatenError('url.invalid', undefined, refused)
  }
  if (url.origin !== new URL(site).origin) throw new PlatenError('url.foreign', undefined, refused)
  url.hash = ''
  return url
}

/**
 * The same, with path and query spelt as they were written: caches keep a page under what visitors' clients sent, and not all of them
 * encode as URL does (`/?s=it's`, `/café/`, `/?`).
 * @throws PlatenError url.invalid, url.foreign
 */
export function siteAddress(text: string, site: string): string {
  const { origin } = siteUrl(text, site)
  const [address = ''] = text.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split('#', 1)
  return `${origin}${address.startsWith('/') ? '' : '/'}${address}`
}
