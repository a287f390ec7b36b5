import type { Response } from 'supertest';
import type { Api } from './app.js';
import { linksOf } from './paging.js';
import { currentTag, linkedCursor, ordinals, type PlannedRequest } from './requests.js';

/** In which list the things are whose ids go by a name. */
const collections: Readonly<Record<string, string>> = {
  genre_id: 'genres',
  movie_id: 'movies',
  movie_copy_id: 'movie_copies',
  client_id: 'clients',
  movie_rent_id: 'movie_rents',
  // The only document that is told its id is a line of a rental.
  id: 'details',
};
/** What there is, and what of it most can be done with. */
const lists: Readonly<Record<string, string>> = {
  genres: '',
  movies: '&available=true',
  movie_copies: '&service_state=in_service',
  clients: '',
  movie_rents: '&is_closed=false',
};

/** What one knows of a shop who has looked around: which things there are, their tags, and which pages are linked to. */
export class Acquaintance {
  private readonly ids = new Map<string, number[]>();
  private readonly tags = new Map<string, string>();
  private readonly links = new Map<string, string>();
  private looks = 0;

  constructor(private readonly api: Api) {}

  /** Looks at the latest of everything, or, three times out of four, of what most can be done with. */
  async lookAround(): Promise<void> {
    const isChoosy = this.looks++ % 4 > 0;
    for (const [list, filter] of Object.entries(lists)) {
      const query = `?sort=-id&limit=20${isChoosy ? filter : ''}`;
      const { body } = (await this.api.get(`/${list}${query}`).expect(200)) as { body: Row[] };
      this.ids.set(list, idsOf(body));
      if (list === 'movie_rents') this.ids.set('details', idsOf(body.flatMap(({ details = [] }) => details)));
    }
  }

  /** The request as it is to be sent: about things that are there, where it is about the first, the second or so. */
  introduce(request: PlannedRequest): PlannedRequest & { readonly target: string } {
    const path = request.path.replace(/\{(\w+)\}/g, (_, name: string) => this.step(request, name));
    const asked = request.query.map(([name, value]) => [name, this.inQuery(name, value)]);
    const query = asked.map((pair) => pair.join('=')).join('&');
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

  /** Remembers the tags and links of an answer. */
  remember(target: string, answer: Response): void {
    const { etag, link } = answer.headers as Record<string, string>;
    const path = target.replace(/\?.*/, '');
    if (etag && path === target) this.tags.set(path, etag);
    const { next, prev = next } = link ? linksOf(answer) : {};
    if (prev) this.links.set(path, prev);
  }

  private step({ path, steps }: PlannedRequest, name: string): string {
    const value = steps[name]!;
    const [, collection] = path.split('/');
    return /^[1-9]\d*$/.test(value) ? String(this.known(collection!, Number(value))) : value;
  }

  private inQuery(name: string, value: string): string {
    const collection = collections[name];
    return collection && /^[1-9]\d*$/.test(value) ? String(this.known(collection, Number(value))) : value;
  }

  private inBody(name: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.inBody(name, each));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([member, inner]) => [member, this.inBody(member, inner)] as const),
      );
    }
    const collection = collections[name];
    return collection && typeof value === 'number' ? this.known(collection, value) : value;
  }

  private known(collection: string, ordinal: number): number {
    const there = this.ids.get(collection) ?? [];
    if (!Number.isInteger(ordinal) || ordinal < 1 || ordinal > ordinals || there.length === 0) return ordinal;
    return there[ordinal % there.length]!;
  }
}

interface Row {
  readonly id: number;
  readonly details?: readonly Row[];
}

const idsOf = (rows: readonly Row[]): number[] => rows.map(({ id }) => id);
