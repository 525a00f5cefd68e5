/** What an agent says of itself, by name. */
export type Facts = Readonly<Record<string, null | boolean | number | string>>

/** As many as one report may have: what comes in small pieces must not grow beyond that. */
const mostFacts = 500

/** What is known of an agent after a report; undefined where that is more than one report can say, and a full one has to be asked for. */
export function factsAfter(known: Facts, { full, facts }: { readonly full: boolean; readonly facts: Facts }): Facts | undefined {
  const merged = full ? facts : { ...known, ...facts }
  return Object.keys(merged).length > mostFacts ? undefined : merged
}
