import { createNativeSite, type NativeSite } from '@platen/lab'
import { addresses } from './addresses.ts'
import { doorsOf, type Doors } from './doors.ts'
import { pageCacheOf, type PageCache } from './page-cache.ts'
import { phpWorkOf, type PhpWork } from './php-work.ts'
import { pluginsFor, startPurger, type Purger, type PurgerName } from './purger.ts'
import type { Hands } from './row.ts'

/** A site whose cache somebody keeps fresh, and all that is needed to see whether he does. */
export interface Ground {
  readonly site: NativeSite
  readonly doors: Doors
  readonly cache: PageCache
  readonly purger: Purger
  readonly php: PhpWork
  readonly paths: readonly string[]
  readonly hands: Hands
  stop(): Promise<void>
}

/** How the ground is made. */
export interface GroundOptions {
  readonly wordpress: string
  readonly purger: PurgerName
  /** Statuses that nginx keeps. */
  readonly kept: readonly number[]
  readonly say: (text: string) => void
}

/** Brings up site and purger. Nothing is left running where it fails. */
export async function startGround({ wordpress, purger: name, kept, say }: GroundOptions): Promise<Ground> {
  const site = await createNativeSite({
    wordpressVersion: wordpress as '7.1',
    content: 'purge',
    cacheEverything: kept,
    // What happens by the clock happens when a row says so.
    phpConstants: { DISABLE_WP_CRON: true },
    plugins: pluginsFor(name),
    progress: say,
  })
  try {
    const doors = await doorsOf(site)
    const cache = pageCacheOf(site)
    const purger = await startPurger(name, site, cache, say)
    const stop = async (): Promise<void> => {
      await purger.stop()
      doors.close()
      await site.stop()
    }
    return { site, doors, cache, purger, php: phpWorkOf(site), paths: await addresses(site), hands: handsOf(site, doors), stop }
  } catch (error) {
    await site.stop()
    throw error
  }
}

function handsOf(site: NativeSite, doors: Doors): Hands {
  return {
    wp: php => site.wp(php),
    rest: doors.rest,
    visit: doors.visit,
    post: async (name, type = 'post') => Number(await site.wp(`echo lab_post( '${name}', '${type}' );`)),
  }
}
