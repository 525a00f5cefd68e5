import type { Attempt } from '../attempt.ts'

export const neighbourDrill: readonly Attempt[] = []
