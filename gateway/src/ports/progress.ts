/** How far running jobs are; kept in memory, the latest wins. */
export interface LatestProgress {
  of(jobId: string): { readonly done: number; readonly total: number; readonly note: string } | undefined
}
