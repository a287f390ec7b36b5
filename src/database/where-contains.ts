import type { EntityManager, ObjectLiteral, Repository, SelectQueryBuilder } from 'typeorm';
import type { Given } from './prepared-select.js';
import { trigramIndexesOf } from './trigram-index.js';

/** Rows that are fetched and sorted sooner than others are passed by in the order of a page. */
const fewEnough = 1_000;

/** Letters, the commonest first. What isn't among them is rarer still. */
const commonest = ' etaoinshrdlucmfwygpbvkxqjz';

/** What a search by a part of a text is asked with. */
export interface Containing {
  readonly pattern: string;
  readonly candidates?: string;
}

/**
 * Finds out how to search for what contains `text`, taken literally, in a property that has a trigram index.
 *
 * LIKE is the judge on both databases. PostgreSQL's planner weighs the property's trigram index against a walk in the
 * order of the page; for SQLite it is done here. See docs/decisions/0016.
 */
export async function containing<Row extends ObjectLiteral>(
  { manager, metadata }: Repository<Row>,
  property: keyof Row & string,
  text: string,
): Promise<Containing> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  if (manager.connection.options.type === 'postgres') return { pattern };
  const index = trigramIndexesOf(metadata).find((one) => one.property === property);
  return { pattern, candidates: index && (await fewCandidates(manager, index.name, text)) };
}

/** Narrows `query` to the rows whose `property` contains what is searched for. */
export function whereContains<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  property: keyof Row & string,
  { pattern, candidates }: Given<Containing>,
): void {
  if (pattern) query.andWhere(`${query.alias}.${property} LIKE :pattern ESCAPE '\\'`);
  if (candidates) query.andWhere(`${query.alias}.id IN (SELECT value FROM json_each(:candidates))`);
}

/** The ids, as JSON, of all rows that may contain `text`, or undefined where they are many or the index can't tell. */
async function fewCandidates(manager: EntityManager, index: string, text: string): Promise<string | undefined> {
  const trigrams = trigramsOf(text);
  // SQLite reads the list of rows of each trigram that it is asked for, and three mostly leave as few as all would.
  for (const asked of trigrams.length > 3 ? [trigrams.slice(0, 3), trigrams] : [trigrams]) {
    if (asked.length === 0) break;
    const [found] = await manager.query<[{ count: number; ids: string }]>(
      `SELECT COUNT(*) AS count, json_group_array(rowid) AS ids
       FROM (SELECT rowid FROM ${index} WHERE ${index} MATCH ? LIMIT ${fewEnough + 1})`,
      [asked.map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ')],
    );
    if (found.count <= fewEnough) return found.ids;
  }
  return undefined;
}

/** Each three code points in a row, those first that few rows are likely to have. */
function trigramsOf(text: string): string[] {
  const points = [...text];
  const trigrams = new Set(points.slice(2).map((last, at) => `${points[at]}${points[at + 1]}${last}`));
  const rarity = (trigram: string) =>
    [...trigram].reduce((sum, point) => sum + (commonest.includes(point) ? commonest.indexOf(point) : 30), 0);
  return [...trigrams].sort((one, other) => rarity(other) - rarity(one));
}
