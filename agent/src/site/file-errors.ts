import { PlatenError, type ErrorCode } from '@platen/protocol'

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'file.not_found',
  ENOTDIR: 'file.not_found',
  ELOOP: 'path.symlink',
  EACCES: 'file.denied',
  EPERM: 'file.denied',
  EROFS: 'file.denied',
  EISDIR: 'file.denied',
  EEXIST: 'file.denied',
  ENOTEMPTY: 'file.denied',
  EBUSY: 'file.denied',
  ETXTBSY: 'file.denied',
  // Opening a socket, or a pipe that nobody reads.
  ENXIO: 'file.denied',
  ENOSPC: 'disk.full',
  EDQUOT: 'disk.full',
}

/** The name that the system gave an error, such as ENOENT. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** A failed call of the file system as an error of the table; what says nothing about the file stays as it was. */
export function fileError(error: unknown, path: string): unknown {
  const code = codes[systemCode(error) ?? '']
  return code && !(error instanceof PlatenError) ? new PlatenError(code, path, { field: path, cause: error }) : error
}
