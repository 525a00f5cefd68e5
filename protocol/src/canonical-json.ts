/** Any value that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * JSON text with sorted keys and no white space, so that equal values have equal bytes.
 * RFC 8785 for the values that frames carry; used wherever JSON is hashed or signed.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const object = value as { readonly [key: string]: Json }
    const members = Object.keys(object)
      .filter(key => object[key] !== undefined)
      .toSorted()
      .map(key => `${JSON.stringify(key)}:${canonicalJson(object[key] as Json)}`)
    return `{${members.join(',')}}`
  }
  return JSON.stringify(value)
}
