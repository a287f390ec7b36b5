/**
 * Awaits statements that were sent together, and returns their results.
 * @throws the error of the first of them that failed. In a transaction PostgreSQL refuses all statements behind one that
 * failed: only the first error says why.
 */
export async function inOrder<Results extends readonly unknown[]>(
  ...statements: { readonly [Index in keyof Results]: Promise<Results[Index]> }
): Promise<Results> {
  const outcomes = await Promise.allSettled(statements);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as unknown as Results;
}
