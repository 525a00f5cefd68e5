import { urlLength, urlPattern } from '@platen/protocol'

/** URLs that one message names, and how much text they are: less than a line of a worker may hold. */
export const mostUrls = 2_000
export const mostCharacters = 500_000
const address = new RegExp(urlPattern)

/** Whether a value is what one message may name. */
export function isUrlList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= mostUrls && value.every(isAddress)
}

/** Parts that each fit into one message; one that is empty where there is nothing to tell. */
export function inParts(urls: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]]
  let characters = 0
  for (const url of urls) {
    characters += url.length
    if (parts.at(-1)?.length === mostUrls || characters > mostCharacters) {
      parts.push([])
      characters = url.length
    }
    parts.at(-1)?.push(url)
  }
  return parts
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && value.length <= urlLength && address.test(value)
}
