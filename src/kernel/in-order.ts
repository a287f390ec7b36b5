/**
 * Awaits pipelined statements, and returns their results.
 * @throws the error of the first failed statement. In a PostgreSQL transaction, all later statements fail as well, with
 * errors that do not name the cause.
 */
export async function inOrder<Results extends readonly unknown[]>(
  ...statements: { readonly [Index in keyof Results]: Promise<Results[Index]> }
): Promise<Results> {
  const outcomes = await Promise.allSettled(statements);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as unknown as Results;
}
