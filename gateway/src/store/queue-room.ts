import { limits, PlatenError } from '@platen/protocol'
import { isPool, type Place } from '../domain/place.ts'

/** A place is given room for this part of its bound at a time, so that its queue is counted once for many jobs. */
const share = 0.1
/** A place that was found full is not counted again for so long, however often it is asked for: a full pool takes some 50 ms. */
const fullMs = 5_000
/** Places whose room is remembered; the one that was counted longest ago goes first. */
const mostPlaces = 100_000

/** Jobs that may be queued at a place at once. */
export interface QueueBounds {
  readonly site: number
  readonly pool: number
}

/** Those of the product. */
export const usualBounds: QueueBounds = { site: limits.job.queuedAtSite, pool: limits.job.queuedInPool }

interface Room {
  /** Jobs that may still come before it is counted again; 0 where it is full. */
  left: number
  readonly countedAt: number
}

/**
 * How many jobs may still be queued at a place. To count a queue for each job that is added would cost more than adding it, so it is
 * counted when the room of the last count is used up. Jobs that leave meanwhile, and changes that were taken back, are found by the
 * next count; what other gateways add is, too, so that each of them exceeds a bound by one share at most.
 */
export class QueueRoom {
  readonly #bounds: QueueBounds
  readonly #rooms = new Map<Place, Room>()

  constructor(bounds: QueueBounds = usualBounds) {
    this.#bounds = bounds
  }

  /** Takes the room of one job. `count` counts those that wait, up to a number. @throws PlatenError queue.full */
  async take(place: Place, now: number, count: (most: number) => Promise<number>): Promise<void> {
    const known = this.#rooms.get(place)
    const room = known && (known.left > 0 || Math.abs(now - known.countedAt) < fullMs) ? known : await this.#look(place, now, count)
    if (room.left === 0) throw new PlatenError('queue.full', undefined, { field: isPool(place) ? 'pool' : 'siteId' })
    room.left -= 1
    if (room.left === 0) this.#rooms.delete(place)
  }

  async #look(place: Place, now: number, count: (most: number) => Promise<number>): Promise<Room> {
    const bound = this.#bounds[isPool(place) ? 'pool' : 'site']
    const given = bound * share
    const isFree = (await count(bound - given + 1)) <= bound - given
    const room = { left: isFree ? given : 0, countedAt: now }
    this.#rooms.delete(place)
    this.#rooms.set(place, room)
    if (this.#rooms.size > mostPlaces) this.#rooms.delete(this.#rooms.keys().next().value as Place)
    return room
  }
}
