import type { EntityManager, EntityMetadata, ObjectLiteral, Repository, SelectQueryBuilder } from 'typeorm';
import type { Page } from '../../../kernel/page.js';
import type { Present } from '../queries/compiled-select.js';
import { trigramIndexesOf } from './trigram-index.js';

/** Rows that are fetched and sorted sooner than others are passed by in the order of a page. */
const maxCandidates = 1_000;

/** Letters, the commonest first. What isn't among them is rarer still. */
const lettersByFrequency = ' etaoinshrdlucmfwygpbvkxqjz';

/** What a search by words of a text is asked with. */
export interface SubstringSearch {
  /** The first word's. */
  readonly pattern: string;
  /** The second word's, if both have trigrams: what has both words is found by an index. */
  readonly secondPattern?: string;
  /** Those of all further words, as a JSON array. */
  readonly furtherPatterns?: string;
  /** The ids, as JSON, among which to search. */
  readonly candidates?: string;
  /** Trigrams by which to find them. Where that finds many, nothing is found at all. */
  readonly trigrams?: string;
}

export const searchTypes = {
  pattern: 'text',
  secondPattern: 'text',
  furtherPatterns: 'text',
  candidates: 'text',
  trigrams: 'text',
} as const;

/** Whether an index has narrowed a search to few rows, if it is one, so that it may be batched with others. */
export const isNarrowed = ({ pattern, trigrams }: Present<SubstringSearch>): boolean =>
  pattern === undefined || trigrams !== undefined;

/**
 * Finds out how to search for what contains all of `words`, taken literally, in a property that has a trigram index.
 *
 * LIKE is the judge on both databases. PostgreSQL's planner weighs the property's trigram index against a walk in the
 * order of the page; for SQLite it is done here. See docs/decisions/0016.
 */
export async function planSearch<Row extends ObjectLiteral>(
  { manager, metadata }: Repository<Row>,
  property: keyof Row & string,
  words: readonly string[],
): Promise<SubstringSearch> {
  const patterns = patternsOf(words);
  if (isPostgres(manager)) return patterns;
  const index = indexOf(metadata, property);
  return { ...patterns, candidates: index && (await findCandidates(manager, index.name, words)) };
}

/**
 * Fetches a page of what contains all of `words`, where they are given, without asking the database how to search.
 * @returns undefined where that doesn't tell: what is too common to be found so, or too short, may yet be there
 */
export async function pageAtOnce<Row>(
  manager: EntityManager,
  words: readonly string[] | undefined,
  fetch: (part: Partial<SubstringSearch>) => Promise<Page<Row>>,
): Promise<Page<Row> | undefined> {
  if (words === undefined) return fetch({});
  if (isPostgres(manager)) return fetch(patternsOf(words));
  const trigrams = rarestOf(trigramsOf(words));
  if (trigrams.length === 0) return undefined;
  const page = await fetch({ ...patternsOf(words), trigrams: matchExpression(trigrams) });
  return page.rows.length > 0 ? page : undefined;
}

/** The longest words first, which are likely the rarest. */
function patternsOf(words: readonly string[]): Pick<SubstringSearch, 'pattern' | 'secondPattern' | 'furtherPatterns'> {
  const [pattern, second, ...others] = words.map(patternOf);
  const isIndexed = second !== undefined && trigramsOf([words[1]!]).length > 0;
  const further = isIndexed || second === undefined ? others : [second, ...others];
  return {
    pattern: pattern!,
    secondPattern: isIndexed ? second : undefined,
    furtherPatterns: further.length > 0 ? JSON.stringify(further) : undefined,
  };
}

const patternOf = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
const isPostgres = ({ connection }: Pick<EntityManager, 'connection'>): boolean =>
  connection.options.type === 'postgres';
const indexOf = (metadata: EntityMetadata, property: string) =>
  trigramIndexesOf(metadata).find((one) => one.property === property);

/** Narrows `query` to the rows whose `property` contains what is searched for. */
export function whereContains<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  property: keyof Row & string,
  { pattern, secondPattern, furtherPatterns, candidates, trigrams }: Present<SubstringSearch>,
): void {
  const { alias, connection, expressionMap } = query;
  if (pattern) query.andWhere(`${alias}.${property} LIKE :pattern ESCAPE '\\'`);
  if (secondPattern) query.andWhere(`${alias}.${property} LIKE :secondPattern ESCAPE '\\'`);
  if (furtherPatterns) {
    const patterns = isPostgres({ connection })
      ? 'SELECT value FROM json_array_elements_text(:furtherPatterns::json) AS further(value)'
      : 'SELECT value FROM json_each(:furtherPatterns)';
    query.andWhere(`NOT EXISTS (${patterns} WHERE ${alias}.${property} NOT LIKE value ESCAPE '\\')`);
  }
  if (candidates) query.andWhere(`${alias}.id IN (SELECT value FROM json_each(:candidates))`);
  if (!trigrams) return;
  const { name } = indexOf(expressionMap.mainAlias!.metadata, property)!;
  const found = `SELECT rowid FROM ${name} WHERE ${name} MATCH :trigrams LIMIT ${maxCandidates + 1}`;
  const few = `SELECT CASE WHEN COUNT(*) <= ${maxCandidates} THEN json_group_array(rowid) ELSE '[]' END FROM (${found})`;
  query.andWhere(`${alias}.id IN (SELECT value FROM json_each((${few})))`);
}

/** The ids, as JSON, of all rows that may contain all of `words`, or undefined where they are many or the index can't tell. */
async function findCandidates(
  manager: EntityManager,
  index: string,
  words: readonly string[],
): Promise<string | undefined> {
  const trigrams = trigramsOf(words);
  for (const asked of trigrams.length > maxTrigrams ? [rarestOf(trigrams), trigrams] : [trigrams]) {
    if (asked.length === 0) break;
    const [found] = await manager.query<[{ count: number; ids: string }]>(
      `SELECT COUNT(*) AS count, json_group_array(rowid) AS ids
       FROM (SELECT rowid FROM ${index} WHERE ${index} MATCH ? LIMIT ${maxCandidates + 1})`,
      [matchExpression(asked)],
    );
    if (found.count <= maxCandidates) return found.ids;
  }
  return undefined;
}

/** SQLite reads the list of rows of each trigram that it is asked for, and so many mostly leave as few as all would. */
const maxTrigrams = 3;
const rarestOf = (trigrams: readonly string[]): string[] => trigrams.slice(0, maxTrigrams);
const matchExpression = (trigrams: readonly string[]): string =>
  trigrams.map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');

/** Each three code points in a row, those first that few rows are likely to have. */
function trigramsOf(words: readonly string[]): string[] {
  const trigrams = new Set(
    words.flatMap((word) => {
      const points = [...word];
      return points.slice(2).map((last, at) => `${points[at]}${points[at + 1]}${last}`);
    }),
  );
  const rarity = (trigram: string) =>
    [...trigram].reduce(
      (sum, point) => sum + (lettersByFrequency.includes(point) ? lettersByFrequency.indexOf(point) : 30),
      0,
    );
  return [...trigrams].sort((one, other) => rarity(other) - rarity(one));
}
