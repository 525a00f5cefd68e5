import { join } from 'node:path'
import { startStack, type NativeSite } from '@platen/lab'
import { agentView, type AgentView } from './agent-view.ts'
import type { PageCache } from './page-cache.ts'

/** Who is to take stale pages out of the cache. */
export interface Purger {
  /** Called when a change has been made. */
  changed(): Promise<void>
  /** What can be seen of the agent; absent where there is none. */
  readonly agent?: AgentView
  stop(): Promise<void>
}

/** Platen, and two peers between which every purger lies: they need no plugin, and show that the bench tells the truth. */
export const purgers = ['platen', 'none', 'all'] as const
export type PurgerName = (typeof purgers)[number]

const plugin = join(import.meta.dirname, '..', '..', '..', 'wp-plugin')

/** Plugins that the site must have for the purger to work. */
export function pluginsFor(name: PurgerName): readonly string[] {
  return name === 'platen' ? [plugin] : []
}

/** Starts the purger beside the site. */
export async function startPurger(name: PurgerName, site: NativeSite, cache: PageCache, say: (text: string) => void): Promise<Purger> {
  const nothing = (): Promise<void> => Promise.resolve()
  if (name === 'none') return { changed: nothing, stop: nothing }
  if (name === 'all') return { changed: () => cache.empty(), stop: nothing }
  const stack = await startStack(site, { built: true, progress: say })
  // It is told by the plugin alone.
  return { changed: nothing, agent: await agentView(stack.policyFile), stop: () => stack.stop() }
}
