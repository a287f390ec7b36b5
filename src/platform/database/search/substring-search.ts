import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { Page } from '../../../kernel/page.js';
import { dialectOf } from '../dialect/dialect.js';
import type { Present } from '../queries/compiled-select.js';
import { planEachExecution } from '../queries/prepared-statements.js';
import { assertTransaction, isSingleStatementRead } from '../queries/read-batcher.js';
import { trigramIndexesOf } from './trigram-index.js';

/** Up to this many candidates, fetching and sorting beats an ordered scan. */
const maxCandidates = 1_000;

/** Letters by descending frequency. Other characters count as rarer. */
const lettersByFrequency = ' etaoinshrdlucmfwygpbvkxqjz';

/** The parameters of a substring search. */
export interface SubstringSearch {
  /** The LIKE pattern of the first word. */
  readonly pattern: string;
  /** The LIKE pattern of the second word, if both words have trigrams: an index can find rows with both. */
  readonly secondPattern?: string;
  /** The LIKE patterns of all further words, as a JSON array. */
  readonly furtherPatterns?: string;
  /** The ids to search among, as a JSON array. */
  readonly candidates?: string;
  /** An FTS5 expression of trigrams that yields the candidates; a search with too many candidates finds nothing. */
  readonly trigrams?: string;
}

export const searchTypes = {
  pattern: 'text',
  secondPattern: 'text',
  furtherPatterns: 'text',
  candidates: 'text',
  trigrams: 'text',
} as const;

/** Whether the cost of a query is bounded by the trigram index, or it is no search, so that it may be batched. */
export const isNarrowed = ({ pattern, trigrams }: Present<SubstringSearch>): boolean =>
  pattern === undefined || trigrams !== undefined;

/**
 * Fetches a page of the rows whose indexed property contains all `words` literally, or of all rows without words.
 *
 * LIKE decides on both databases. PostgreSQL's planner chooses between the trigram index and an ordered scan; for SQLite
 * this function chooses. A single-statement read tries the index without a query that plans the search, which is
 * inconclusive if the words are too short for trigrams or match too many rows. See docs/decisions/0016.
 * @param fetch fetches the page under the conditions of a search
 * @throws NeedsTransaction in a single-statement read that is inconclusive
 */
export async function fetchMatches<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  property: keyof Row & string,
  words: readonly string[] | undefined,
  fetch: (search: Partial<SubstringSearch>) => Promise<Page<Row>>,
): Promise<Page<Row>> {
  if (words === undefined) return fetch({});
  if (dialectOf(manager.connection).plansSearches) return fetch(patternsOf(words));
  const trigrams = rarestOf(trigramsOf(words));
  if (isSingleStatementRead(manager) && trigrams.length > 0) {
    const page = await fetch({ ...patternsOf(words), trigrams: matchExpression(trigrams) });
    if (page.rows.length > 0) return page;
  }
  assertTransaction(manager);
  const index = indexOf(manager.connection.getMetadata(entity), property);
  return fetch({ ...patternsOf(words), candidates: index && (await findCandidates(manager, index.name, words)) });
}

/** Returns the LIKE patterns of the words, which are sorted by descending length: long words are likely rare. */
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
const indexOf = (metadata: EntityMetadata, property: string) =>
  trigramIndexesOf(metadata).find((one) => one.property === property);

/** Adds the conditions of a substring search to `query`. */
export function whereContains<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  property: keyof Row & string,
  { pattern, secondPattern, furtherPatterns, candidates, trigrams }: Present<SubstringSearch>,
): void {
  const { alias, connection, expressionMap } = query;
  // The selectivity of a pattern depends on its letters.
  if (pattern) query.comment(planEachExecution);
  if (pattern) query.andWhere(`${alias}.${property} LIKE :pattern ESCAPE '\\'`);
  if (secondPattern) query.andWhere(`${alias}.${property} LIKE :secondPattern ESCAPE '\\'`);
  if (furtherPatterns) {
    const further = dialectOf(connection).jsonTexts(':furtherPatterns', 'further');
    query.andWhere(`NOT EXISTS (SELECT value FROM ${further} WHERE ${alias}.${property} NOT LIKE value ESCAPE '\\')`);
  }
  if (candidates) query.andWhere(`${alias}.id IN (SELECT value FROM json_each(:candidates))`);
  if (!trigrams) return;
  const { name } = indexOf(expressionMap.mainAlias!.metadata, property)!;
  const found = `SELECT rowid FROM ${name} WHERE ${name} MATCH :trigrams LIMIT ${maxCandidates + 1}`;
  const few = `SELECT CASE WHEN COUNT(*) <= ${maxCandidates} THEN json_group_array(rowid) ELSE '[]' END FROM (${found})`;
  query.andWhere(`${alias}.id IN (SELECT value FROM json_each((${few})))`);
}

/** Returns the ids of all rows that may contain all `words`, as JSON; undefined if inconclusive. */
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

/** FTS5 reads the whole posting list of each trigram, and this many usually narrow the result as far as all would. */
const maxTrigrams = 3;
const rarestOf = (trigrams: readonly string[]): string[] => trigrams.slice(0, maxTrigrams);
const matchExpression = (trigrams: readonly string[]): string =>
  trigrams.map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');

/** Returns all sequences of three code points, the likely rarest first. */
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
