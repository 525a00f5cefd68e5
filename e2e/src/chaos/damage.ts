/** What was done so far, and what nobody need know of it. */
export class Damage {
  /** Processes that were killed. */
  kills = 0
  /** Workers among them. */
  workersKilled = 0
  /** Containers that were made anew, without what their agents knew. */
  recreated = 0
  /** Jobs of runs in flight at an agent that was killed, stopped, or cut off past its lease: of them nobody need know what they did. */
  readonly mayBeUnknown: Set<string> = new Set()
  /** Jobs on their way to such an agent: whoever else is given one can't know either whether it came through. */
  readonly mayBeUnheard: Set<string> = new Set()
  /** Jobs that had begun at an agent whose main process was killed: one that nobody will give it again is over then. */
  readonly begun: Set<string> = new Set()

  /** Jobs that are excused from saying what they did; `isShared` tells of which others than the agent that was hit may be given. */
  unknowable(isShared: (jobId: string) => boolean): ReadonlySet<string> {
    return new Set([...this.mayBeUnknown, ...[...this.mayBeUnheard].filter(isShared)])
  }
}
