/** What one job takes on. A page over these has other troubles first. */
export const bounds: Readonly<
  Record<'fileBytes' | 'totalBytes' | 'files' | 'left' | 'manifestBytes' | 'pages' | 'atOnce' | 'takeBackMs', number>
> = {
  /** A style sheet or script, before and after. */
  fileBytes: 4_194_304,
  /** All that one job minifies; what an earlier one has built does not count. */
  totalBytes: 33_554_432,
  /** Different files of all the asked pages. */
  files: 600,
  /** Files that the report names as left. */
  left: 300,
  /** The published manifest; the plugin reads no longer one. */
  manifestBytes: 524_288,
  /** Pages that a manifest remembers; the oldest are forgotten first. */
  pages: 200,
  /** Files and pages that are fetched at once: the site has visitors as well. */
  atOnce: 4,
  /** For serving again what was served before, also where the job itself has been cancelled. */
  takeBackMs: 8_000,
}
