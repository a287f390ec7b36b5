import type { Response } from 'express';
import { maxPageLimit, type Page, type PageRequest } from '../../../kernel/page.js';
import type { CursorCipher, CursorPosition, SortType } from './cursor.js';
import { invalidInput } from '../problems/http-problem.js';
import { limitBytes } from './page-bytes.js';
import { maxId } from '../dto/path-id.js';
import type { ArrivedRequest } from '../requests/request-target.js';
import { ChoiceParameter, FlagParameter, IntegerParameter, TextParameter } from '../dto/query-parameters.js';

const defaultLimit = 50;

/** Query parameters of all lists (keyset pagination). Subclasses add filters and sort orders. */
export abstract class PageQuery {
  @IntegerParameter({
    description: 'Maximum number of rows.',
    minimum: 1,
    maximum: maxPageLimit,
    default: defaultLimit,
  })
  limit: number = defaultLimit;

  @TextParameter({ description: 'Opaque cursor from a Link header of another page.', maxLength: 2000 })
  cursor?: string;

  @IntegerParameter({
    description:
      'Start after the row with this id, in the order of `sort`. For clients without access to headers: the next page starts ' +
      'after the last row of this one, and an empty page ends the list.',
    minimum: 1,
    maximum: maxId,
  })
  after?: number;

  @FlagParameter({ description: 'Whether to return the number of all rows in X-Total-Count.', default: false })
  include_total: boolean = false;

  abstract sort: string;

  /** The name of the list in cursors. */
  protected abstract get kind(): string;

  /** Id of the parent resource, for lists below one. */
  protected readonly parentId?: number;

  /** Set by ValidationPipe; contains the key of the installation. */
  protected readonly cursorCipher!: CursorCipher;

  /** Returns the query for the list of one parent: cursors are valid for that parent only. */
  scopedTo(parentId: number): this {
    return Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this, { parentId });
  }

  withCursorCipher(cursorCipher: CursorCipher): this {
    return Object.assign(this, { cursorCipher });
  }

  /** @throws HttpProblem 422 if the cursor belongs to another list, or is combined with `after` */
  toPage(): PageRequest {
    return {
      limit: this.limit,
      sortBy: this.sortBy,
      descending: this.sort.startsWith('-'),
      from: this.start,
      includeTotal: this.include_total,
    };
  }

  encrypt(position: CursorPosition): string {
    return this.cursorCipher.encrypt(position, this.cursorScope);
  }

  private get start(): PageRequest['from'] {
    if (this.cursor === undefined) return this.after === undefined ? undefined : { direction: 'after', id: this.after };
    if (this.after === undefined) return this.decrypt(this.cursor);
    const detail = 'after and cursor are mutually exclusive.';
    throw invalidInput([{ parameter: 'after', code: 'exactly_one', detail }]);
  }

  private decrypt(cursor: string): CursorPosition {
    const position = this.cursorCipher.decrypt(cursor, this.cursorScope, sortTypesOf(this)[this.sortBy]!);
    if (position) return position;
    const detail = 'This cursor does not belong to this list. Use the cursor of a Link header unchanged.';
    throw invalidInput([{ parameter: 'cursor', code: 'format', detail }]);
  }

  private get sortBy(): string {
    return this.sort.replace(/^-/, '');
  }

  /** The scope that a cursor is valid for: list, filters and sort order. */
  private get cursorScope(): string {
    const {
      limit: _limit,
      cursor: _cursor,
      after: _after,
      include_total: _total,
      cursorCipher: _cipher,
      ...filtersAndOrder
    } = this;
    return JSON.stringify({ ...filtersAndOrder, kind: this.kind });
  }
}

/**
 * `?sort=`: one of the names, ascending, or with a minus descending. Documented as the enum `enumName`.
 * @param types the type of the sort values, by name
 */
export function SortParameter(enumName: string, types: Readonly<Record<string, SortType>>): PropertyDecorator {
  const orders = Object.keys(types).flatMap((name) => [name, `-${name}`]);
  const description = `Sort order; a minus means descending. Defaults to ${orders[0]}.`;
  return (target, property) => {
    Reflect.defineMetadata(sortTypesMetadata, types, target);
    ChoiceParameter({ description, name: enumName, choices: orders, default: orders[0] })(target, property);
  };
}

const sortTypesMetadata = 'movie-rental:sort-types';
const sortTypesOf = (query: PageQuery): Readonly<Record<string, SortType>> =>
  Reflect.getMetadata(sortTypesMetadata, query) as Readonly<Record<string, SortType>>;

/** The response of a list operation: one page. */
export class PageResponse<Item> {
  private constructor(
    readonly items: readonly Item[],
    /** The JSON of all items. */
    readonly text: string,
    readonly cursors: Readonly<Partial<Record<'prev' | 'next', string>>>,
    /** The query of the request. */
    readonly query: PageQuery,
    readonly total?: number,
  ) {}

  /** Converts the rows of a page to items, and drops rows beyond the byte limit of a response. */
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
        next: last
          ? page.hasNext || to < items.length
            ? cursorOf(last, 'after')
            : undefined
          : page.resumesAt && query.encrypt({ ...page.resumesAt, direction: 'after' }),
      },
      query,
      page.total,
    );
  }
}

/** Headers of pages only. */
export const pageHeaders = ['Link', 'X-Total-Count'];

/** Sets the links to other pages (RFC 8288) and the total; the body is a bare array. */
export function setPageHeaders(response: Response, { cursors, query, total }: PageResponse<unknown>): void {
  response.setHeader('Link', links(response.req as ArrivedRequest, query, cursors).join(', '));
  if (total !== undefined) response.setHeader('X-Total-Count', String(total));
}

/**
 * Maximum length of all links of a response. Node's HTTP client, like many others, accepts headers of 16 KiB in all. Two
 * filters of the maximum length exceed that, each of them being in three links.
 */
const maxLinksLength = 14_000;

/**
 * Returns links to the same list, with the validated, normalized parameters, which bounds the length of the links. If
 * they are too long together, `first` is left out, and then `prev`.
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
  const all = Object.entries({ first: '', ...cursors })
    .filter(([, cursor]) => cursor !== undefined)
    .map(([relation, cursor]) => {
      const page = [filters, cursor && `cursor=${cursor}`].filter(Boolean).join('&');
      return `<${publicUrl}${path}${page && `?${page}`}>; rel="${relation}"`;
    });
  while (all.length > 1 && all.join(', ').length > maxLinksLength) all.shift();
  return all;
}
