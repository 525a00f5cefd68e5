import type { Evidence, FinalJob } from './evidence.ts'

/** What is wrong with jobs that asked for another one, and with those that they asked for. */
export interface FamilyFaults {
  readonly doubled: readonly string[]
  readonly contradictions: readonly string[]
}

/** Compares parents and children: one child for a parent, of the parent's site and where it was wanted, and done before its parent goes on. */
export function familyFaults(evidence: Evidence): FamilyFaults {
  const jobs = [...evidence.stored.values()]
  const children = Map.groupBy(
    jobs.filter(({ parentId }) => parentId !== undefined),
    ({ parentId }) => parentId as string,
  )
  const parents = jobs.filter(({ kind }) => kind === 'lab.parent')
  return {
    doubled: [...children].filter(([, made]) => made.length > 1).map(([id, made]) => `${id} was given ${made.length} children`),
    contradictions: [
      ...[...children].flatMap(([id, made]) => made.filter(child => !isWanted(child, evidence.stored.get(id))).map(notWanted)),
      ...parents.flatMap(parent => goneOn(parent, children.get(parent.id)?.[0], evidence)),
    ],
  }
}

function isWanted({ kind, siteId, origin, pool }: FinalJob, parent: FinalJob | undefined): boolean {
  if (parent?.kind !== 'lab.parent') return false
  return kind === 'lab.increment' && siteId === parent.siteId && origin === parent.origin && pool === parent.childPool
}

function notWanted({ id, parentId }: FinalJob): string {
  return `${id} is not what ${parentId} asked for`
}

/** A parent does nothing before its child has ended, and knows how it did. */
function goneOn({ id, state, toldChild }: FinalJob, child: FinalJob | undefined, { increments }: Evidence): string[] {
  const [parentAt] = (increments.get(id) ?? []).map(({ at }) => at)
  const childAt = child && (increments.get(child.id) ?? []).map(({ at }) => at).toSorted((one, other) => one - other)[0]
  const wrong: readonly (readonly [boolean, string])[] = [
    [parentAt !== undefined && child === undefined, 'was done without a child'],
    [parentAt !== undefined && childAt !== undefined && parentAt < childAt, `was done before ${child?.id}, for which it was to wait`],
    [state === 'succeeded' && toldChild?.jobId !== child?.id, `was told of ${toldChild?.jobId}, and its child is ${child?.id}`],
    [
      state === 'succeeded' && toldChild !== undefined && toldChild.state !== child?.state,
      `was told that ${child?.id} is ${toldChild?.state}, and it is ${child?.state}`,
    ],
  ]
  return wrong.filter(([is]) => is).map(([, what]) => `${id} ${what}`)
}
