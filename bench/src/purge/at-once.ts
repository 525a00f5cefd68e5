/** Does something for each, so many at once, and gives what came of it by item. */
export async function atOnce<Item, Outcome>(
  count: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Outcome>,
): Promise<Map<Item, Outcome>> {
  const left = items.values()
  const outcomes = new Map<Item, Outcome>()
  const some = async (): Promise<void> => {
    for (const item of left) outcomes.set(item, await work(item))
  }
  await Promise.all(Array.from({ length: count }, some))
  return outcomes
}
