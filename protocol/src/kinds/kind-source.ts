import type { TSchema } from 'typebox'
import type { Kind } from './kind.ts'

/** A kind with its schemas: the one place where a job kind is described. Read at build time only. */
export interface KindSource extends Kind {
  readonly input: TSchema
  readonly result: TSchema
}
