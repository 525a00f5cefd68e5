/** The WebSocket subprotocol that both sides ask for. */
export const subprotocol = 'platen.v1'

/** Revisions of the frames that this build speaks, newest first. */
export const revisions: readonly number[] = [1]

/**
 * Frames of agents that a gateway of this build acts on, beyond those without which there are no jobs from the platform; `cdn.tags` is
 * the `cdn.request` of tags.
 */
export const gatewayCapabilities: readonly string[] = ['cdn.request', 'cdn.tags', 'job.created', 'job.wait', 'key.offer']

/** The newest revision that both sides speak, or undefined where there is none. */
export function negotiate(theirs: readonly number[]): number | undefined {
  return revisions.find(revision => theirs.includes(revision))
}
