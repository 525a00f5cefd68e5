import type { JobContext } from '../../ports/job-handler.ts'
import type { KindImagesOptimizeInput } from '@platen/protocol'
import type { DrawingParts } from './draw-set.ts'
import type { PlacingParts } from './place-set.ts'

/** Everything that work on one attachment needs. */
export interface SiteImages extends DrawingParts, PlacingParts {
  readonly context: JobContext<KindImagesOptimizeInput>
  /** Runs a change of the site as a step of the job. Doing any of them twice is doing it once. */
  change<Value>(name: string, work: () => Promise<Value>): Promise<Value>
}
