import { PlatenError, type ErrorCode } from '@platen/protocol'

const ofOneFile: ReadonlySet<ErrorCode> = new Set([
  'path.outside',
  'path.symlink',
  'file.not_found',
  'file.too_large',
  'file.denied',
  'image.unreadable',
])

/** The code of an error that is one file's fault: others can go on. Any other error is thrown again. */
export function codeOfFile(error: unknown): ErrorCode {
  if (error instanceof PlatenError && ofOneFile.has(error.code)) return error.code
  throw error
}
