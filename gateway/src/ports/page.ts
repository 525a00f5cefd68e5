/** A stretch of a list, and where the next one starts. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor?: string
}

/** Which stretch of a list is wanted. */
export interface PageRequest {
  /** Id of the last item of the page before; lists go from the newest to the oldest. */
  readonly after?: string
  readonly limit: number
}
