import type { Session } from './session.ts'

/**
 * Of each group of sessions that carry out the same kinds, the one with the least `load`. Lists of kinds are shared, so that those
 * which are alike have the same one.
 */
export function leastBusy<S extends Pick<Session, 'kinds'>>(sessions: readonly S[], load: (session: S) => number): readonly S[] {
  const least = new Map<readonly string[], S>()
  for (const session of sessions) {
    const other = least.get(session.kinds)
    if (!other || load(session) < load(other)) least.set(session.kinds, session)
  }
  return [...least.values()]
}
