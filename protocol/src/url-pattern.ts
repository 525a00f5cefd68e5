/** What an absolute http(s) URL looks like in a message: nothing in it that could end a line or a header. */
export const urlPattern: string = '^https?://[^\\s\\u0000-\\u001f]+$'

/** Characters of the longest URL in a message. */
export const urlLength: number = 2_048
