/** The WebSocket subprotocol that both sides ask for. */
export const subprotocol = 'platen.v1'

/** Revisions of the frames that this build speaks, newest first. */
export const revisions: readonly number[] = [1]

/** The newest revision that both sides speak, or undefined where there is none. */
export function negotiate(theirs: readonly number[]): number | undefined {
  return revisions.find(revision => theirs.includes(revision))
}
