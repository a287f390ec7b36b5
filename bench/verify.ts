import type { Request } from 'autocannon';

export interface Answer {
  /** A readable name of the request. */
  readonly asked: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends one request to what is measured. */
export type Ask = (request: Request) => Promise<Answer>;

export async function ask(url: string, { method = 'GET', path = '/', headers, body }: Request): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    // Left to itself, fetch asks caches to stand back as soon as a request is conditional.
    headers: { 'Cache-Control': 'max-age=0', ...(headers as Record<string, string>) },
    body: body as string,
  });
  return {
    asked: `${method} ${path} at ${url}`,
    status: response.status,
    headers: response.headers,
    body: await response.text(),
  };
}

export const json = <Body>({ body }: Answer): Body => JSON.parse(body) as Body;

/** Who answers wrongly may be fast, and isn't measured. */
export function verify(answer: Answer, status: number, isRight: (answer: Answer) => boolean): void {
  if (answer.status === status && isRight(answer)) return;
  throw new Error(
    `${answer.asked} was to be answered rightly, with ${status}, before it is measured. The answer is ` +
      `${answer.status}: ${answer.body.slice(0, 1000)}`,
  );
}
