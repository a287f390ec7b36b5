import type { Test } from 'supertest';
import type { Api } from '../app.js';
import type { clerk as clerkOf } from '../shop.js';
import { committedDocument } from '../project.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- reads a document of any shape */
const document: any = committedDocument();

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** An operation of the OpenAPI document, with its examples. */
export interface Operation {
  readonly operationId: string;
  /** The group in the documentation. */
  readonly tag: string;
  readonly method: Method;
  /** The path in the document, such as /movies/{id}. */
  readonly path: string;
  readonly statuses: readonly string[];
  /** The name of the schema of its response with 200, unless that is a list. */
  readonly returns?: string;
  /** Lists of scopes of which one is needed; a caller without a credential has none. */
  readonly alternatives: readonly (readonly string[] | 'anonymous')[];
  readonly takesId: boolean;
  /** The id of its example: a row of the demonstration data. */
  readonly exampleId: number;
  /** Whether a body is read. */
  readonly readsBody: boolean;
  readonly body?: object;
}

export const operations: readonly Operation[] = Object.entries<any>(document.paths).flatMap(([path, item]) =>
  Object.entries<any>(item).map(
    ([method, { operationId, tags, responses, security, requestBody, parameters = [] }]) => ({
      operationId,
      tag: tags[0],
      method: method as Operation['method'],
      path,
      statuses: Object.keys(responses),
      returns: responses['200']?.content?.['application/json']?.schema?.$ref?.replace(/.*\//, ''),
      alternatives: security.length === 0 ? ['anonymous'] : security.map(({ bearer }: any) => bearer ?? 'anonymous'),
      takesId: path.includes('{id}'),
      exampleId: parameters.find(({ name }: any) => name === 'id')?.example ?? 1,
      readsBody: requestBody !== undefined,
      body: Object.values<any>(requestBody?.content['application/json'].examples ?? {})[0]?.value,
    }),
  ),
);

export const answering = (status: number): Operation[] =>
  operations.filter(({ statuses }) => statuses.includes(String(status)));

/** Calls an operation with its example, except for the given options. */
export function call(api: Api, operation: Operation, { id = 1, query = '' } = {}): Test {
  const path = operation.path.replace('{id}', String(id)).replace('{slug}', 'copy-already-rented');
  const request = api[operation.method](path + query);
  return operation.body ? request.send(operation.body) : request;
}

/** Returns the operation such that it succeeds in any shop with a client: prepares the rows that its example needs. */
export async function executable(
  operation: Operation,
  { api, clerk }: { api: Api; clerk: ReturnType<typeof clerkOf> },
): Promise<Operation> {
  if (operation.operationId === 'rentMovies') {
    return { ...operation, body: { client_id: 1, details: [{ movie_id: (await clerk.movie(1))['id'] }] } };
  }
  if (operation.operationId === 'renewLines') {
    await api.patch('/shop').send({ rental_days: 3 }).expect(200);
    const { id, details } = await clerk.rent(1, (await clerk.movie(1))['copies'][0].id);
    return { ...operation, path: operation.path.replace('{id}', id), body: { details: [{ id: details[0].id }] } };
  }
  if (operation.operationId === 'eraseClient') {
    return { ...operation, path: operation.path.replace('{id}', (await clerk.client())['id'] as string) };
  }
  if (operation.operationId === 'mergeClients') {
    return { ...operation, body: { client_id: (await clerk.client())['id'], comment: 'Registered twice.' } };
  }
  if (operation.operationId === 'mergeMovies') {
    return { ...operation, body: { movie_id: (await clerk.movie(1))['id'], comment: 'Entered twice.' } };
  }
  return operation;
}
