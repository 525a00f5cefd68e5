export type { Run } from './domain/run.ts'
export { launch, type Launched, type LaunchOptions } from './launcher.ts'
export { runMain, type AgentComposition } from './main.ts'
export { stderrLog } from './system/json-log.ts'
