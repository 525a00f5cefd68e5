/** What one job takes on. A page over these has other troubles first. */
export const bounds: Readonly<Record<'fileBytes' | 'files' | 'left' | 'manifestBytes' | 'atOnce', number>> = {
  /** A style sheet or script, before and after. */
  fileBytes: 4_194_304,
  /** Different files of all the asked pages. */
  files: 600,
  /** Files that the report names as left. */
  left: 300,
  /** The published manifest; the plugin reads no longer one. */
  manifestBytes: 524_288,
  /** Files and pages that are fetched at once: the site has visitors as well. */
  atOnce: 4,
}
