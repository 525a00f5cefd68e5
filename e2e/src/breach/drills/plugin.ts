import type { Attempt } from '../attempt.ts'

export const pluginDrill: readonly Attempt[] = []
