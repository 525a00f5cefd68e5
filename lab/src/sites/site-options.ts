import type { WordpressVersion } from './wordpress-source.ts'

/** What both kinds of site can be told. */
export interface SiteOptions {
  /** Default: the newest. */
  readonly wordpressVersion?: WordpressVersion
  /** Plugin folders, copied into the site and activated. */
  readonly plugins?: readonly string[]
  /** Constants for wp-config.php. */
  readonly phpConstants?: Readonly<Record<string, string | number | boolean>>
  /** `full`: posts, pages, comments, photographs, front-end plugins; `bare`: WordPress as installed. Default: full. */
  readonly content?: 'full' | 'bare'
  /** Loopback port of the site; default: one that is free. Throws `lab.port_in_use`. */
  readonly port?: number
  /** Where the site lives. A folder given here is kept at `stop()`, and a former site in it is replaced; default: a temporary one that is removed. */
  readonly directory?: string
  /** Told in a few words what is being done. */
  readonly progress?: (text: string) => void
}

/** Paths of a site's pages, to be put after its `url`. */
export interface SitePages {
  readonly home: string
  /** The page that many plugins put their styles and scripts on. */
  readonly heavy: string
  readonly post: string
  readonly page: string
  readonly archive: string
  readonly feed: string
}

/** The account that may do anything in WordPress. */
export const administrator: { readonly user: string; readonly password: string } = { user: 'admin', password: 'admin-pass' }

/** Paths under the permalink structure that lab sets. */
export const sitePages: SitePages = {
  home: '/',
  heavy: '/everything/',
  post: '/a-morning-in-the-garden/',
  page: '/about/',
  archive: '/category/journeys/',
  feed: '/feed/',
}
