import type { SpoolPlace, SpoolSink } from '../ports/spool-sink.ts'

/** Where lines go that nobody needs: the spool is only kept from filling up. */
export function forgettingSink(): SpoolSink {
  const places = new Map<string, SpoolPlace>()
  return {
    place: file => places.get(file),
    put: portion => {
      for (const [file, place] of Object.entries(portion.places)) {
        if (place) places.set(file, place)
        else places.delete(file)
      }
    },
    secure: () => {},
    tidy: () => false,
  }
}
