import { Type, type TSchema } from 'typebox'
import { urlLength, urlPattern } from '../url-pattern.ts'

/** An absolute http(s) URL; which hosts are allowed is the handler's to check. */
export const Url: TSchema = Type.String({ pattern: urlPattern, maxLength: urlLength })

/** What happened, in a sentence for the site's owner. */
export const Summary: TSchema = Type.String({ maxLength: 500 })

/** A code of the error table; the pattern bounds it, `isErrorCode` knows the table (an older peer may not know a newer code). */
export const Code: TSchema = Type.String({ pattern: '^[a-z]+(\\.[a-z_]+)?$', maxLength: 40 })

/** A path below the site's root, with forward slashes. */
export const SitePath: TSchema = Type.String({ minLength: 1, maxLength: 1024 })

/** A count or a number of bytes, exact: beyond that two numbers would be one, and a store may take none of them. */
export const Count: TSchema = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** The same from 1 on. */
export const Ordinal: TSchema = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

/** An object that refuses unknown members. */
export function closed(properties: Record<string, TSchema>): TSchema {
  return Type.Object(properties, { additionalProperties: false })
}
