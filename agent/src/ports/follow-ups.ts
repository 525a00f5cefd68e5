import type { CdnVerdict } from '../domain/cdn-verdict.ts'

/** What became of a part of a job after the job had ended. */
export type FollowUp = CdnVerdict & {
  readonly jobId: string
  readonly layer: 'cdn'
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** What is added to receipts later. Methods throw as the journal's do. */
export interface FollowUps {
  /** On disk when the commit that it is part of is. */
  note(followUp: FollowUp): void
  /** Those of a job, oldest first. */
  of(jobId: string): readonly FollowUp[]
}
