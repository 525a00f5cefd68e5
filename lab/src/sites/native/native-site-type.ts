import type { SiteOptions, SitePages } from '../site-options.ts'
import type { WordpressVersion } from '../wordpress-source.ts'
import type { NginxDoors } from './nginx-config.ts'

/** What a native site can be told besides. */
export interface NativeSiteOptions extends Omit<SiteOptions, 'content'> {
  /** `purge`: 500 posts and all else that a page can be made of, no photographs. Default: full. */
  readonly content?: SiteOptions['content'] | 'purge'
  /** Statuses that nginx keeps of everything an anonymous GET gets: also REST, feeds, searches. Default: pages and 301s, by the usual rules. */
  readonly cacheEverything?: readonly number[]
}

/** A real WordPress behind nginx, PHP-FPM, MariaDB and Redis, all of them this site's own. */
export interface NativeSite {
  readonly kind: 'native'
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  readonly url: string
  /** WordPress's folder (wp-load.php is in it). */
  readonly root: string
  /** Everything of this site: configs, sockets, logs, data. */
  readonly directory: string
  readonly wordpressVersion: WordpressVersion
  readonly adminUser: string
  readonly adminPassword: string
  /** The system user that owns the files and runs PHP. */
  readonly siteUser: { readonly name: string; readonly uid: number; readonly gid: number }
  readonly nginx: {
    readonly configFile: string
    readonly address: string
    readonly cachePath: string
    readonly cacheKey: string
    readonly cacheLevels: string
    readonly user: string
    readonly accessLog: string
    readonly statusUrl: string
    readonly refreshSecret: string
    readonly pid: number
    /**
     * With `cacheEverything`: ports that answer as the site does for its own Host. `uncached` always has PHP make the page, without the
     * plugin and unknown to it; `peek` gives only what the page cache keeps, and 502 for all else.
     */
    readonly doors?: NginxDoors
  }
  readonly php: { readonly socket: string; readonly phpCli: string; readonly statusPath: string; readonly configFile: string }
  readonly mysql: {
    readonly pid: number
    readonly socket: string
    readonly database: string
    readonly user: string
    readonly password: string
    readonly tablePrefix: string
  }
  readonly redis: { readonly url: string; readonly port: number; readonly prefix: string }
  readonly pages: SitePages
  /** Runs PHP (without `<?php`) inside WordPress as the site's user; gives what it prints. */
  wp(php: string, timeoutMs?: number): Promise<string>
  /** GET of a path on this site, redirects not followed, at most 30 s. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  stopPhp(): Promise<void>
  startPhp(): Promise<void>
  stopMysql(): Promise<void>
  startMysql(): Promise<void>
  stopRedis(): Promise<void>
  startRedis(): Promise<void>
  stopNginx(): Promise<void>
  startNginx(): Promise<void>
  /** WordPress's own maintenance mode (the file .maintenance). */
  setMaintenance(on: boolean): Promise<void>
  /** Ends every process of the site, and removes its folder unless the caller gave it. Safe to call twice. */
  stop(): Promise<void>
}
