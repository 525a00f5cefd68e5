import type { SpoolChange, SpoolPage } from '@platen/protocol'

/** How far a file of the spool has been read. */
export interface SpoolPlace {
  readonly inode: string
  readonly offset: number
  /** Whether that is inside a line that is too long: the rest of it is passed over. */
  readonly skipping: boolean
}

/** What was read in one go, and how far every file that it touches has been read now; undefined for one that is done with. */
export interface SpoolPortion {
  readonly pages?: readonly SpoolPage[]
  readonly changes?: readonly SpoolChange[]
  readonly places: Readonly<Record<string, SpoolPlace | undefined>>
}

/** Where lines of the spool go. Everything throws PlatenError disk.full or store.unavailable; then nothing was taken. */
export interface SpoolSink {
  place(file: string): SpoolPlace | undefined
  /** Takes lines and places in one commit, so that no line is taken twice or lost. Changes are on disk when it returns. */
  put(portion: SpoolPortion): void
  /** Puts all that was taken on disk. */
  secure(): void
  /** Does a little of what has gathered; true where there is more of it. */
  tidy(): boolean
}
