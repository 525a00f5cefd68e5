import type { SiteDescribeValue } from '@platen/protocol'

/** Where WordPress's folders are, on the disk and on the web. */
export type Places = Pick<SiteDescribeValue, 'siteUrl' | 'contentUrl' | 'contentPath' | 'uploadsUrl' | 'uploadsPath'>

/** Where built files and manifests are, below the uploads folder. */
export const folder = 'platen/assets'

/**
 * The file below the site's root that a URL stands for: in wp-content or wp-includes, where plugins, themes and WordPress keep
 * what a page loads. Undefined where it is another site's, no style sheet or script, or one that was built.
 */
export function fileOf(url: string, places: Places): string | undefined {
  if (isBuilt(url, places)) return undefined
  const path = mapped(url, places.contentUrl, places.contentPath) ?? mapped(url, `${trimmed(places.siteUrl)}/wp-includes`, 'wp-includes')
  const decoded = path === undefined ? undefined : decode(path)
  return decoded !== undefined && /\.(css|js)$/i.test(decoded) ? decoded : undefined
}

/** Whether a URL is that of a built file. */
export function isBuilt(url: string, places: Places): boolean {
  return builtFileOf(url, places) !== undefined
}

/** The built file below the uploads folder that a URL stands for. */
export function builtFileOf(url: string, { uploadsUrl }: Places): string | undefined {
  const file = below(url, uploadsUrl)
  return file?.startsWith(`${folder}/`) ? file : undefined
}

/** The URL that WordPress knows an asset by: without its query. */
export function bareUrl(url: string): string {
  return url.split('?', 1)[0] as string
}

/** The `ver` by which WordPress tells versions of a file apart; empty where there is none. */
export function versionOf(url: string): string {
  return new URL(url).searchParams.get('ver') ?? ''
}

function mapped(url: string, base: string, path: string): string | undefined {
  const rest = below(url, base)
  return rest === undefined ? undefined : `${path}/${rest}`
}

function below(url: string, base: string): string | undefined {
  const start = `${trimmed(base)}/`
  const bare = bareUrl(url)
  return bare.startsWith(start) ? bare.slice(start.length) : undefined
}

function trimmed(base: string): string {
  return base.replace(/\/$/, '')
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
