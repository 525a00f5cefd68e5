/** What a validator found wrong, as JSON pointer and words. */
export interface Problem {
  readonly instancePath: string
  readonly message?: string
  readonly params?: Readonly<Record<string, unknown>>
}

/** A generated check: true where the value fits its schema, else `errors` says what is wrong with it. */
export interface Validator {
  (value: unknown): boolean
  errors?: readonly Problem[] | null
}
