import type { Response } from 'supertest';
import type { Api } from '../app.js';

type Relation = 'first' | 'prev' | 'next';

/** Returns the links of a page's Link header, by relation. */
export function linksOf({ headers }: Response): Partial<Record<Relation, string>> {
  const links = (headers['link'] as string).split(', ').map((link) => /^<([^>]*)>; rel="(\w+)"$/.exec(link)!);
  return Object.fromEntries(links.map(([, url, relation]) => [relation, url]));
}

/** Returns the cursor in the query of a link. */
export function cursorOf(link: string): string {
  return new URL(link, 'http://localhost').searchParams.get('cursor')!;
}

/** Follows one relation from a page to the last one. */
async function* pages<Row = { id: number }>(api: Api, url: string, relation: 'prev' | 'next'): AsyncGenerator<Row[]> {
  for (let next: string | undefined = url; next;) {
    const page: Response = await api.get(next).expect(200);
    next = linksOf(page)[relation];
    yield page.body as Row[];
  }
}

/** Reads a whole list, page by page. @param filters a query */
export async function readAll<Row>(api: Api, list: string, filters = ''): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages<Row>(api, `${list}?limit=200&${filters}`, 'next')) rows.push(...page);
  return rows;
}

/**
 * Follows one relation from a page to the last one, and returns the ids on each page.
 * @param meanwhile changes the list after each page
 */
export async function walk(
  api: Api,
  url: string,
  relation: 'prev' | 'next',
  meanwhile: (pages: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<number[][]> {
  const ids: number[][] = [];
  for await (const page of pages(api, url, relation)) {
    ids.push(page.map(({ id }) => id));
    await meanwhile(ids.length);
  }
  return ids;
}
