/** Runs `job` for each item, `width` at a time. */
export async function inParallel<Item>(
  items: Iterable<Item>,
  width: number,
  job: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) await job(next.value);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
