export type { Store } from './ports/store.ts'
