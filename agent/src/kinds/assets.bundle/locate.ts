import type { SiteDescribeValue } from '@platen/protocol'

/** Where WordPress's folders are, on the disk and on the web. */
export type Places = Pick<SiteDescribeValue, 'siteUrl' | 'contentUrl' | 'contentPath' | 'uploadsUrl' | 'uploadsPath'>

/** The file below the site's root that a URL stands for; undefined where it is another site's or no style sheet or script. */
export function fileOf(url: string, places: Places): string | undefined {
  const bare = url.split('?', 1)[0] as string
  const below = (base: string): string | undefined =>
    bare.startsWith(`${base.replace(/\/$/, '')}/`) ? bare.slice(base.replace(/\/$/, '').length + 1) : undefined
  const content = below(places.contentUrl)
  const path = content === undefined ? below(places.siteUrl) : `${places.contentPath}/${content}`
  const decoded = path === undefined ? undefined : decode(path)
  return decoded !== undefined && /\.(css|js)$/i.test(decoded) ? decoded : undefined
}

/** The URL that WordPress knows an asset by: without its query. */
export function bareUrl(url: string): string {
  return url.split('?', 1)[0] as string
}

/** The `ver` by which WordPress tells versions of a file apart; empty where there is none. */
export function versionOf(url: string): string {
  return new URL(url).searchParams.get('ver') ?? ''
}

/** The name that a link has on the disk, or undefined where it has none. */
function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    // A per cent sign that stands for nothing: no file has such a URL.
    return undefined
  }
}
