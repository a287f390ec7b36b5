import type { Response } from 'express';
import { maxPageLimit, type Page, type PageRequest } from '../../../kernel/page.js';
import type { CursorCipher, CursorPosition, SortType } from './cursor.js';
import { invalidInput } from '../problems/http-problem.js';
import { limitBytes } from './page-bytes.js';
import { maxId } from '../dto/path-id.js';
import type { ArrivedRequest } from '../requests/request-target.js';
import { ChoiceParameter, FlagParameter, IntegerParameter, TextParameter } from '../dto/query-parameters.js';

const defaultLimit = 50;

/** What every list takes. A list's own query extends it with filters and the orders it can be sorted by. */
export abstract class PageQuery {
  @IntegerParameter({ description: 'Rows at most.', minimum: 1, maximum: maxPageLimit, default: defaultLimit })
  limit: number = defaultLimit;

  @TextParameter({ description: 'Where to go on, as the Link header of another page says.', maxLength: 2000 })
  cursor?: string;

  @IntegerParameter({
    description:
      'Rows after the one with this id, in the order of `sort`. For clients that see no headers: the next page is ' +
      'after the last row of this one, and the first page without rows ends the list.',
    minimum: 1,
    maximum: maxId,
  })
  after?: number;

  @FlagParameter({ description: 'Whether to count all rows, into X-Total-Count.', default: false })
  include_total: boolean = false;

  abstract sort: string;

  /** Set in lists that hang under another resource. */
  protected readonly parentId?: number;

  /** Set by the pipe that validates the query; a key of the installation is in it. */
  protected readonly cursorCipher: CursorCipher;

  /** Says whose list it is: a cursor into one genre's movies leads nowhere in another's. */
  scopedTo(parentId: number): this {
    return Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this, { parentId });
  }

  withCursorCipher(cursorCipher: CursorCipher): this {
    return Object.assign(this, { cursorCipher });
  }

  /** @throws HttpProblem if the cursor was not made for this list, or comes with `after` */
  toPage(): PageRequest {
    return {
      limit: this.limit,
      sortBy: this.sortBy,
      descending: this.sort.startsWith('-'),
      from: this.from,
      includeTotal: this.include_total,
    };
  }

  encrypt(place: CursorPosition): string {
    return this.cursorCipher.encrypt(place, this.cursorScope);
  }

  private get from(): PageRequest['from'] {
    if (this.cursor === undefined) return this.after === undefined ? undefined : { direction: 'after', id: this.after };
    if (this.after === undefined) return this.decrypt(this.cursor);
    const detail = 'after and cursor both say where the page begins: exactly one of them is expected.';
    throw invalidInput([{ parameter: 'after', code: 'exactly_one', detail }]);
  }

  private decrypt(cursor: string): CursorPosition {
    const place = this.cursorCipher.decrypt(cursor, this.cursorScope, sortTypesOf(this)[this.sortBy]!);
    if (place) return place;
    const detail = 'This cursor was not made for this list. Take it from a Link header as it is.';
    throw invalidInput([{ parameter: 'cursor', code: 'format', detail }]);
  }

  private get sortBy(): string {
    return this.sort.replace(/^-/, '');
  }

  /** What makes this list another than the next: its kind, its filters and its order. */
  private get cursorScope(): string {
    const {
      limit: _limit,
      cursor: _cursor,
      after: _after,
      include_total: _total,
      cursorCipher: _cipher,
      ...filtersAndOrder
    } = this;
    return JSON.stringify({ ...filtersAndOrder, kind: this.constructor.name });
  }
}

/**
 * `?sort=`: one of the names, or one of them with a minus for the other way round. Documented as the enum `enumName`.
 * @param types the type of the values that a list is sorted by under each name
 */
export function SortParameter(enumName: string, types: Readonly<Record<string, SortType>>): PropertyDecorator {
  const orders = Object.keys(types).flatMap((name) => [name, `-${name}`]);
  const description = `The order; with a minus, the other way round. By ${orders[0]} where nothing is said.`;
  return (target, property) => {
    Reflect.defineMetadata(sortTypesMetadata, types, target);
    ChoiceParameter({ description, name: enumName, choices: orders, default: orders[0] })(target, property);
  };
}

const sortTypesMetadata = 'movie-rental:sort-types';
const sortTypesOf = (query: PageQuery): Readonly<Record<string, SortType>> =>
  Reflect.getMetadata(sortTypesMetadata, query) as Readonly<Record<string, SortType>>;

/** One page on its way to the wire. */
export class PageResponse<Item> {
  private constructor(
    readonly items: readonly Item[],
    /** The JSON of all items. */
    readonly text: string,
    readonly cursors: Readonly<Partial<Record<'prev' | 'next', string>>>,
    /** What was asked for. */
    readonly query: PageQuery,
    readonly total?: number,
  ) {}

  /** Makes items of the rows of a page, leaving out rows that are too many for the bytes that an answer may have. */
  static of<Row, Item>(page: Page<Row>, query: PageQuery, toItem: (row: Row) => Item): PageResponse<Item> {
    const items = page.rows.map(toItem);
    const { text, from, to } = limitBytes(items, page.isBackwards);
    const [first, last] = [page.rows[from], page.rows[to - 1]];
    const cursorOf = (row: Row, direction: CursorPosition['direction']): string =>
      query.encrypt({ ...page.positionOf(row), direction });
    return new PageResponse(
      to - from === items.length ? items : items.slice(from, to),
      text,
      {
        prev: first && (page.hasPrevious || from > 0) ? cursorOf(first, 'before') : undefined,
        next: last && (page.hasNext || to < items.length) ? cursorOf(last, 'after') : undefined,
      },
      query,
      page.total,
    );
  }
}

/** What only pages carry. */
export const pageHeaders = ['Link', 'X-Total-Count'];

/** A page is sent as a bare array, and where the others are in headers (RFC 8288). */
export function setPageHeaders(response: Response, { cursors, query, total }: PageResponse<unknown>): void {
  response.setHeader('Link', links(response.req as ArrivedRequest, query, cursors).join(', '));
  if (total !== undefined) response.setHeader('X-Total-Count', String(total));
}

/**
 * Links to the same list, with the parameters as they were read: as long as they may be and no longer, whatever blanks
 * and combining marks they were sent with.
 */
function links(
  { path, originalUrl, publicUrl }: ArrivedRequest,
  query: PageQuery,
  cursors: PageResponse<unknown>['cursors'],
): string[] {
  const [, ...given] = originalUrl.split('?');
  const parameters = new URLSearchParams(given.join('?'));
  for (const name of ['cursor', 'after']) parameters.delete(name);
  for (const name of [...parameters.keys()]) parameters.set(name, String(query[name as keyof PageQuery]));
  const filters = parameters.toString();
  return Object.entries({ first: '', ...cursors })
    .filter(([, cursor]) => cursor !== undefined)
    .map(([relation, cursor]) => {
      const page = [filters, cursor && `cursor=${cursor}`].filter(Boolean).join('&');
      return `<${publicUrl}${path}${page && `?${page}`}>; rel="${relation}"`;
    });
}
