/** What a name in the site's folder is. */
export interface FileInfo {
  readonly size: number
  readonly modifiedMs: number
  readonly mode: number
}

/**
 * Files below the site's root. Paths are relative, with forward slashes; every step is opened without following symbolic
 * links, so neither a link nor a swap between check and use leads out of the root.
 *
 * All methods throw PlatenError path.outside, path.symlink, file.not_found, file.too_large, file.denied or disk.full.
 */
export interface SiteFiles {
  /** The whole file; more than `maxBytes` is file.too_large. */
  read(path: string, maxBytes: number): Promise<Buffer>
  /** Size and times, or undefined where there is no such file. */
  info(path: string): Promise<FileInfo | undefined>
  /** Writes beside the target, syncs, renames over it; makes missing folders. Other readers see the old file or the new one. */
  write(path: string, data: Uint8Array): Promise<void>
  /** Removes a file; one that is not there is no error. */
  remove(path: string): Promise<void>
  /** Names of the files in a folder, bounded by `most`; folders end with a slash. A missing folder is empty. */
  list(path: string, most: number): Promise<readonly string[]>
}
