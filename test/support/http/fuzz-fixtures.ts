import type { Response } from 'supertest';
import type { Api } from '../app.js';
import { linksOf } from './paging.js';
import { currentTag, linkedCursor, maxOrdinal, type PlannedRequest } from './requests.js';

/** The list that holds the resources of an id parameter, by the name of the parameter. */
const collections: Readonly<Record<string, string>> = {
  genre_id: 'genres',
  movie_id: 'movies',
  movie_copy_id: 'movie_copies',
  client_id: 'clients',
  movie_rent_id: 'movie_rents',
  // The only request body with a member `id` is a line of a rental.
  id: 'details',
};
/** The lists of the shop, and a filter for the resources that most operations accept. */
const lists: Readonly<Record<string, string>> = {
  genres: '',
  movies: '&available=true',
  movie_copies: '&service_state=in_service',
  clients: '',
  movie_rents: '&is_closed=false',
};

/** The values for random requests: ids, ETags and links to pages that the service has returned. */
export class FuzzFixtures {
  private readonly ids = new Map<string, number[]>();
  private readonly tags = new Map<string, string>();
  private readonly links = new Map<string, string>();
  private refreshes = 0;

  constructor(private readonly api: Api) {}

  /** Reads the newest ids of every list, three times out of four with the filter of the list. */
  async refresh(): Promise<void> {
    const isFiltered = this.refreshes++ % 4 > 0;
    for (const [list, filter] of Object.entries(lists)) {
      const query = `?sort=-id&limit=20${isFiltered ? filter : ''}`;
      const { body } = (await this.api.get(`/${list}${query}`).expect(200)) as { body: Row[] };
      this.ids.set(list, idsOf(body));
      if (list === 'movie_rents') this.ids.set('details', idsOf(body.flatMap(({ details = [] }) => details)));
    }
  }

  /** Replaces the ordinals, ETags and cursors of a planned request by ids, ETags and cursors of the shop. */
  resolve(request: PlannedRequest): PlannedRequest & { readonly target: string } {
    const path = request.path.replace(/\{(\w+)\}/g, (_, name: string) => this.inPath(request, name));
    const pairs = request.query.map(([name, value]) => [name, this.inQuery(name, value)]);
    const query = pairs.map((pair) => pair.join('=')).join('&');
    const isLinked =
      !request.broken && request.query.some(([name, value]) => name === 'cursor' && value === linkedCursor);
    return {
      ...request,
      target: isLinked ? (this.links.get(path) ?? path) : path + (query && `?${query}`),
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          value.replace(currentTag, this.tags.get(path) ?? currentTag),
        ]),
      ),
      body: this.inBody('', request.body),
    };
  }

  /** Records the ETag and the links of a response. */
  record(target: string, answer: Response): void {
    const { etag, link } = answer.headers as Record<string, string>;
    const path = target.replace(/\?.*/, '');
    if (etag && path === target) this.tags.set(path, etag);
    const { next, prev = next } = link ? linksOf(answer) : {};
    if (prev) this.links.set(path, prev);
  }

  private inPath({ path, steps }: PlannedRequest, name: string): string {
    const value = steps[name]!;
    const [, collection] = path.split('/');
    return /^[1-9]\d*$/.test(value) ? String(this.idOf(collection!, Number(value))) : value;
  }

  private inQuery(name: string, value: string): string {
    const collection = collections[name];
    return collection && /^[1-9]\d*$/.test(value) ? String(this.idOf(collection, Number(value))) : value;
  }

  private inBody(name: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.inBody(name, each));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([member, inner]) => [member, this.inBody(member, inner)] as const),
      );
    }
    const collection = collections[name];
    return collection && typeof value === 'number' ? this.idOf(collection, value) : value;
  }

  private idOf(collection: string, ordinal: number): number {
    const ids = this.ids.get(collection) ?? [];
    if (!Number.isInteger(ordinal) || ordinal < 1 || ordinal > maxOrdinal || ids.length === 0) return ordinal;
    return ids[ordinal % ids.length]!;
  }
}

interface Row {
  readonly id: number;
  readonly details?: readonly Row[];
}

const idsOf = (rows: readonly Row[]): number[] => rows.map(({ id }) => id);
