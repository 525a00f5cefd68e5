export { systemClock } from './system/system-clock.ts'
export { readGreeting } from './work/worker-greeting.ts'
export { hostWorker, type AnyHandler } from './work/worker-host.ts'
