import type { Row } from '../row.ts'
import { pluginState } from './plugin-state.ts'

const counter = pluginState('lab-counter')
const quietWithinMs = 60_000

/** A visitor to whom a page is made, while a plugin writes down that it was; each page that is made anew then writes it down as well. */
function byView(name: string, where: 'meta' | 'option'): Row {
  return {
    name,
    before: `update_option( 'lab_counter', '${where}' ); ${counter.activate} echo 'counting';`,
    apply: async ({ visit }) => void (await visit(`/story-22/?from=${name}`)),
    quietWithinMs,
    after: counter.deactivate,
  }
}

/** Changes that views make: no page shows them, and if one did, it could not be told from the next view. */
export const viewRows: readonly Row[] = [byView('meta-by-view', 'meta'), byView('option-by-view', 'option')]
