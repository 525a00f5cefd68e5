import type { Store } from '../../src/ports/store.ts'

/** Where an implementation keeps its data: opened again, it has to hold what was committed before. */
export interface StorePlace {
  open(): Promise<Store>
  /** Removes the data; the stores are closed. */
  remove(): Promise<void>
}

/** A place with nothing in it. */
export type NewPlace = () => Promise<StorePlace>
