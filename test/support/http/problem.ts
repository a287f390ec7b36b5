/* eslint-disable @typescript-eslint/no-explicit-any -- the extensions of a problem are checked member by member */
import type { Test } from 'supertest';

/** Expects a request to be refused with a problem of this type, and returns the problem. */
export async function refused(request: Test, status: number, type: string): Promise<Record<string, any>> {
  const answer = await request;
  expect(answer).toMatchObject({
    status,
    type: 'application/problem+json',
    body: { type: `/problems/${type}`, status },
  });
  return answer.body;
}

/** Expects 422 for a request body, and returns the pointers of the errors. */
export async function faultyMembers(request: Test): Promise<string[]> {
  const { errors } = await refused(request, 422, 'invalid-input');
  return errors.map(({ pointer }: { pointer: string }) => pointer);
}

/** Expects 422 for a path or query, and returns the wrong parameters. */
export async function faultyParameters(request: Test): Promise<string[]> {
  const { errors } = await refused(request, 422, 'invalid-input');
  return errors.map(({ parameter }: { parameter: string }) => parameter);
}
