import type { Test } from 'supertest';
import type { Api } from './app.js';
import { committedDocument } from './project.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- reads a document of any shape */
const document: any = committedDocument();

/** An operation of the OpenAPI document, to be called as its own examples say. */
export interface Operation {
  readonly operationId: string;
  /** The group it is shown in. */
  readonly tag: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As the document has it: /movies/{id}. */
  readonly path: string;
  readonly statuses: readonly string[];
  readonly takesId: boolean;
  /** The id of its example, which is that of a row of the demonstration. */
  readonly exampleId: number;
  /** Whether a body is read. */
  readonly readsBody: boolean;
  readonly body?: object;
}

export const operations: readonly Operation[] = Object.entries<any>(document.paths).flatMap(([path, item]) =>
  Object.entries<any>(item).map(([method, { operationId, tags, responses, requestBody, parameters = [] }]) => ({
    operationId,
    tag: tags[0],
    method: method as Operation['method'],
    path,
    statuses: Object.keys(responses),
    takesId: path.includes('{id}'),
    exampleId: parameters.find(({ name }: any) => name === 'id')?.example ?? 1,
    readsBody: requestBody !== undefined,
    body: Object.values<any>(requestBody?.content['application/json'].examples ?? {})[0]?.value,
  })),
);

export const answering = (status: number): Operation[] =>
  operations.filter(({ statuses }) => statuses.includes(String(status)));

/** Calls an operation as its example shows, but for what is said otherwise. */
export function call(api: Api, operation: Operation, { id = 1, query = '' } = {}): Test {
  const path = operation.path.replace('{id}', String(id)).replace('{slug}', 'copy-already-rented');
  const request = api[operation.method](path + query);
  return operation.body ? request.send(operation.body) : request;
}
