import type { Attempt } from '../attempt.ts'

export const agentDrill: readonly Attempt[] = []
