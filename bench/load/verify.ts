import type { Request } from 'autocannon';

export interface Answer {
  /** Method, path and server of the request. */
  readonly request: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends one request to the measured server. */
export type Ask = (request: Request) => Promise<Answer>;

export async function ask(url: string, { method = 'GET', path = '/', headers, body }: Request): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    // By default, fetch sends `Cache-Control: no-cache` with a conditional request.
    headers: { 'Cache-Control': 'max-age=0', ...(headers as Record<string, string>) },
    body: body as string,
  });
  return {
    request: `${method} ${path} at ${url}`,
    status: response.status,
    headers: response.headers,
    body: await response.text(),
  };
}

export const json = <Body>({ body }: Answer): Body => JSON.parse(body) as Body;

/** @throws Error for a wrong response: a wrong contender may be fast, and is not measured */
export function verify(answer: Answer, status: number, isRight: (answer: Answer) => boolean): void {
  if (answer.status === status && isRight(answer)) return;
  throw new Error(
    `${answer.request} must have a correct response, ${status}, before it is measured. The response is ` +
      `${answer.status}: ${answer.body.slice(0, 1000)}`,
  );
}
