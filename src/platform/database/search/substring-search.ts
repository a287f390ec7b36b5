import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { Page } from '../../../kernel/page.js';
import { searchWords } from '../../../kernel/text.js';
import type { ParameterTypes } from '../columns/parameter-types.js';
import { dialectOf } from '../dialect/dialect.js';
import type { Present } from '../queries/compiled-select.js';
import { planEachExecution } from '../queries/prepared-statements.js';
import { assertTransaction, isSingleStatementRead } from '../queries/read-batcher.js';
import { trigramIndexesOf } from './trigram-index.js';

/** Up to this many candidates, fetching and sorting beats an ordered scan. */
const maxCandidates = 1_000;

/** Letters by descending frequency. Other characters count as rarer. */
const lettersByFrequency = ' etaoinshrdlucmfwygpbvkxqjz';

/** The parameters of a search of one property. */
interface PropertySearch {
  /** The LIKE pattern of the first word. */
  readonly Pattern: string;
  /** The LIKE pattern of the second word, if both words have trigrams: an index can find rows with both. */
  readonly SecondPattern?: string;
  /** The LIKE patterns of all further words, as a JSON array. */
  readonly FurtherPatterns?: string;
  /** An FTS5 expression of trigrams that yields the candidates; a search with too many candidates finds nothing. */
  readonly Trigrams?: string;
}

/** The parameters of a search: those of each property, prefixed with its name. */
export type SearchValues<Property extends string> = {
  readonly [Name in `${Property}${keyof PropertySearch}`]?: string;
} & {
  /** The ids to search among, as a JSON array. */
  readonly candidates?: string;
};

const parametersOfProperty: readonly (keyof PropertySearch)[] = [
  'Pattern',
  'SecondPattern',
  'FurtherPatterns',
  'Trigrams',
];

/** The words to search for in a property. */
interface Wanted<Property extends string> {
  readonly property: Property;
  readonly words: readonly string[];
  readonly trigrams: readonly string[];
}

/**
 * Searches the rows of an entity by substrings of some of its properties, each of which has a trigram index.
 *
 * LIKE decides on both databases. PostgreSQL's planner chooses between the trigram indexes and an ordered scan; for
 * SQLite this class chooses, and narrows a search of several properties by the index of one. See docs/decisions/0016.
 */
export class SubstringSearch<Row extends ObjectLiteral, Property extends keyof Row & string> {
  /** The types of the parameters. */
  readonly types: ParameterTypes<SearchValues<Property>>;

  constructor(
    private readonly entity: EntityTarget<Row>,
    private readonly properties: readonly Property[],
  ) {
    const names = properties.flatMap((property) => parametersOfProperty.map((parameter) => `${property}${parameter}`));
    this.types = Object.fromEntries([...names, 'candidates'].map((name) => [name, 'text'])) as typeof this.types;
  }

  /**
   * Whether a trigram index bounds the cost of a query, so that it may be batched; undefined if the query is not a search.
   */
  isNarrowed(given: Present<SearchValues<Property>>): boolean | undefined {
    const searched = this.properties.map((property) => presentIn(given, property)).filter(({ Pattern }) => Pattern);
    return searched.length === 0 ? undefined : searched.some(({ Trigrams }) => Trigrams);
  }

  /**
   * Fetches a page of the rows whose properties contain all words of the given texts literally, or of all rows without
   * texts. A single-statement read tries an index without a query that plans the search, which is inconclusive if the
   * words are too short for trigrams or match too many rows.
   * @param fetch fetches the page under the conditions of a search
   * @throws NeedsTransaction in a single-statement read that is inconclusive
   */
  async fetch(
    manager: EntityManager,
    texts: Readonly<Partial<Record<Property, string>>>,
    fetch: (search: SearchValues<Property>) => Promise<Page<Row>>,
  ): Promise<Page<Row>> {
    const wanted = this.properties.flatMap((property) => wantedIn(property, texts[property]));
    const patterns = Object.assign({}, ...wanted.map(patternsOf)) as SearchValues<Property>;
    if (wanted.length === 0 || dialectOf(manager.connection).plansSearches) return fetch(patterns);
    // The text with the most trigrams is likely the rarest.
    const [first, ...others] = wanted.sort((one, other) => other.trigrams.length - one.trigrams.length);
    if (isSingleStatementRead(manager) && first!.trigrams.length > 0) {
      const trigrams = matchExpression(rarestOf(first!.trigrams));
      const page = await fetch({ ...patterns, [`${first!.property}Trigrams`]: trigrams });
      if (page.rows.length > 0) return page;
    }
    assertTransaction(manager);
    const metadata = manager.connection.getMetadata(this.entity);
    for (const { property, trigrams } of [first!, ...others]) {
      const index = indexOf(metadata, property);
      const candidates = index && (await findCandidates(manager, index.name, trigrams));
      if (candidates !== undefined) return fetch({ ...patterns, candidates });
    }
    return fetch(patterns);
  }

  /** Adds the conditions of a search to `query`. */
  restrict(query: SelectQueryBuilder<Row>, given: Present<SearchValues<Property>>): void {
    for (const property of this.properties) whereContains(query, property, presentIn(given, property));
    if (given.candidates) query.andWhere(`${query.alias}.id IN (SELECT value FROM json_each(:candidates))`);
  }
}

/** Returns which parameters of a property are present. */
const presentIn = (given: Readonly<Record<string, boolean | undefined>>, property: string): Present<PropertySearch> =>
  Object.fromEntries(parametersOfProperty.map((parameter) => [parameter, given[`${property}${parameter}`]]));

function wantedIn<Property extends string>(property: Property, text: string | undefined): Wanted<Property>[] {
  if (text === undefined) return [];
  const words = searchWords(text);
  return words.length === 0 ? [] : [{ property, words, trigrams: trigramsOf(words) }];
}

/** Returns the LIKE patterns of the words, which are sorted by descending length: long words are likely rare. */
function patternsOf({ property, words }: Wanted<string>): Readonly<Record<string, string | undefined>> {
  const [pattern, second, ...others] = words.map(likePattern);
  const isIndexed = second !== undefined && trigramsOf([words[1]!]).length > 0;
  const further = isIndexed || second === undefined ? others : [second, ...others];
  return {
    [`${property}Pattern`]: pattern,
    [`${property}SecondPattern`]: isIndexed ? second : undefined,
    [`${property}FurtherPatterns`]: further.length > 0 ? JSON.stringify(further) : undefined,
  };
}

/** Returns the LIKE pattern of texts that contain `text` literally. The escape character is a backslash. */
export const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

const indexOf = (metadata: EntityMetadata, property: string) =>
  trigramIndexesOf(metadata).find((one) => one.property === property);

function whereContains<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  property: string,
  { Pattern, SecondPattern, FurtherPatterns, Trigrams }: Present<PropertySearch>,
): void {
  const { alias, connection, expressionMap } = query;
  const text = `${alias}.${property}`;
  // The selectivity of a pattern depends on its letters.
  if (Pattern) query.comment(planEachExecution);
  if (Pattern) query.andWhere(`${text} LIKE :${property}Pattern ESCAPE '\\'`);
  if (SecondPattern) query.andWhere(`${text} LIKE :${property}SecondPattern ESCAPE '\\'`);
  if (FurtherPatterns) {
    const further = dialectOf(connection).jsonTexts(`:${property}FurtherPatterns`, 'further');
    query.andWhere(`NOT EXISTS (SELECT value FROM ${further} WHERE ${text} NOT LIKE value ESCAPE '\\')`);
  }
  if (!Trigrams) return;
  const { name } = indexOf(expressionMap.mainAlias!.metadata, property)!;
  const found = `SELECT rowid FROM ${name} WHERE ${name} MATCH :${property}Trigrams LIMIT ${maxCandidates + 1}`;
  const few = `SELECT CASE WHEN COUNT(*) <= ${maxCandidates} THEN json_group_array(rowid) ELSE '[]' END FROM (${found})`;
  query.andWhere(`${alias}.id IN (SELECT value FROM json_each((${few})))`);
}

/** Returns the ids of all rows that may contain the trigrams, as JSON; undefined if inconclusive. */
async function findCandidates(
  manager: EntityManager,
  index: string,
  trigrams: readonly string[],
): Promise<string | undefined> {
  for (const searched of trigrams.length > maxTrigrams ? [rarestOf(trigrams), trigrams] : [trigrams]) {
    if (searched.length === 0) break;
    const [found] = await manager.query<[{ count: number; ids: string }]>(
      `SELECT COUNT(*) AS count, json_group_array(rowid) AS ids
       FROM (SELECT rowid FROM ${index} WHERE ${index} MATCH ? LIMIT ${maxCandidates + 1})`,
      [matchExpression(searched)],
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
      return points.slice(2).map((last, index) => `${points[index]}${points[index + 1]}${last}`);
    }),
  );
  const rarity = (trigram: string) =>
    [...trigram].reduce(
      (sum, point) => sum + (lettersByFrequency.includes(point) ? lettersByFrequency.indexOf(point) : 30),
      0,
    );
  return [...trigrams].sort((one, other) => rarity(other) - rarity(one));
}
