import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { trigramIndexesOf } from './trigram-index.js';

/** Rows that are fetched and sorted sooner than others are passed by in the order of a page. */
const fewEnough = 1_000;

/** Letters, the commonest first. What isn't among them is rarer still. */
const commonest = ' etaoinshrdlucmfwygpbvkxqjz';

/**
 * Narrows `query` to the rows whose text in `property` contains `text`, taken literally.
 *
 * LIKE is the judge on both databases. PostgreSQL's planner weighs the property's trigram index against a walk in the
 * order of the page; for SQLite it is done here. See docs/decisions/0016.
 */
export async function whereContains<Row extends ObjectLiteral>(
  manager: EntityManager,
  query: SelectQueryBuilder<Row>,
  property: keyof Row & string,
  text: string,
): Promise<void> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  query.andWhere(`${query.alias}.${property} LIKE :pattern ESCAPE '\\'`, { pattern });
  if (manager.connection.options.type === 'postgres') return;
  const index = trigramIndexesOf(query.expressionMap.mainAlias!.metadata).find((one) => one.property === property);
  const candidates = index && (await fewCandidates(manager, index.name, text));
  if (candidates) query.andWhere(`${query.alias}.id IN (SELECT value FROM json_each(:candidates))`, { candidates });
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
