import { assetsBundle } from './assets.bundle.ts'
import { cachePurge } from './cache.purge.ts'
import { healthReport } from './health.report.ts'
import { imagesOptimize } from './images.optimize.ts'
import type { KindSource } from './kind-source.ts'

/** Every job kind, in the order that people see them. Read at build time only. */
export const kindSources: readonly KindSource[] = [cachePurge, imagesOptimize, assetsBundle, healthReport]
