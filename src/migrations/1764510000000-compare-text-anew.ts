import type { MigrationInterface, QueryRunner } from 'typeorm';
import { identityKey, searchable } from '../kernel/text.js';
import { UnusableDatabase } from '../platform/database/engine/unusable-database.js';
import { disableStatementTimeout, isPostgres, type Keyed, recomputeKeys } from './support/text-keys.js';

const orNull = (text: string | null | undefined): string | null => (text ? identityKey(text) : null);

const keyed: readonly Keyed[] = [
  { table: 'genre', texts: ['name'], keysOf: ({ name }) => ({ name_key: identityKey(name!) }) },
  { table: 'movie', texts: ['title'], keysOf: ({ title }) => ({ title_search: searchable(title!) }) },
  { table: 'movie_copy', texts: ['code'], keysOf: ({ code }) => ({ code_key: identityKey(code!) }) },
  {
    table: 'client',
    texts: ['first_name', 'last_name', 'license_number'],
    keysOf: (row) => ({
      name_search: searchable(`${row['first_name'] ?? ''} ${row['last_name']}`),
      name_sort: searchable(`${row['last_name']} ${row['first_name'] ?? ''}`),
      license_key: orNull(row['license_number']),
    }),
  },
];

/** The comparison keys of former releases. */
function formerCaseless(text: string): string {
  return text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
const formerSearchable = (text: string): string =>
  formerCaseless(text.normalize('NFKD').replace(/\p{Mark}+/gu, ''))
    .slice(0, 600)
    .toWellFormed();
const formerlyKeyed: readonly Keyed[] = [
  { table: 'genre', texts: ['name'], keysOf: ({ name }) => ({ name_key: formerCaseless(name!) }) },
  { table: 'movie', texts: ['title'], keysOf: ({ title }) => ({ title_search: formerSearchable(title!) }) },
  {
    table: 'client',
    texts: ['first_name', 'last_name'],
    keysOf: (row) => ({
      name_search: formerSearchable(`${row['first_name']} ${row['last_name']}`),
      name_sort: formerSearchable(`${row['last_name']} ${row['first_name']}`),
    }),
  },
];

/** A key that becomes unique, and how to resolve a duplicate by hand. */
const unique = [
  {
    table: 'genre',
    key: 'name_key',
    what: 'genres',
    shared: 'name',
    remedy: 'Give all but one another name: PATCH /genres/{id}',
  },
  {
    table: 'movie_copy',
    key: 'code_key',
    what: 'copies',
    shared: 'code',
    remedy: 'Give all but one another code, and a label that says so: PATCH /movie_copies/{id}',
  },
  {
    table: 'client',
    key: 'license_key',
    what: 'clients',
    shared: 'license number',
    remedy: 'Give all but one another license_number, or null: PATCH /clients/{id}',
  },
] as const;

/**
 * Recomputes the search and comparison keys, makes codes and license numbers unique regardless of case and width, and
 * allows clients with a single name.
 */
export class CompareTextAnew1764510000000 implements MigrationInterface {
  readonly name = 'CompareTextAnew1764510000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await disableStatementTimeout(queryRunner);
    await setFirstNameNullable(queryRunner, true);
    const collated = isPostgres(queryRunner) ? ' COLLATE "C"' : '';
    await queryRunner.query(`ALTER TABLE movie_copy ADD COLUMN code_key varchar(300)${collated} NOT NULL DEFAULT ''`);
    await queryRunner.query(`ALTER TABLE client ADD COLUMN license_key varchar(300)${collated}`);
    for (const index of ['ix_genre_name_key', 'ix_movie_copy_code', 'ix_client_license_number']) {
      await queryRunner.query(`DROP INDEX ${index}`);
    }
    for (const table of keyed) await recomputeKeys(queryRunner, table);
    await refuseDoubles(queryRunner);
    for (const { table, key } of unique) await createUniqueIndex(queryRunner, table, key);
  }

  /** Clients with a single name get a blank first name, which the former release displays unchanged. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await disableStatementTimeout(queryRunner);
    for (const { table, key } of unique) await queryRunner.query(`DROP INDEX ix_${table}_${key}`);
    await queryRunner.query('ALTER TABLE movie_copy DROP COLUMN code_key');
    await queryRunner.query('ALTER TABLE client DROP COLUMN license_key');
    await queryRunner.query(`UPDATE client SET first_name = '' WHERE first_name IS NULL`);
    for (const table of formerlyKeyed) await recomputeKeys(queryRunner, table);
    await setFirstNameNullable(queryRunner, false);
    await createUniqueIndex(queryRunner, 'genre', 'name_key');
    await createUniqueIndex(queryRunner, 'movie_copy', 'code');
    await createUniqueIndex(queryRunner, 'client', 'license_number');
  }
}

/**
 * Changes a constraint on SQLite, which has no statement for it. As its documentation describes (Making Other Kinds Of
 * Table Schema Changes), edits the stored definition of the table; rows, ids and triggers stay as they are.
 */
async function setFirstNameNullable(queryRunner: QueryRunner, isNullable: boolean): Promise<void> {
  if (isPostgres(queryRunner)) {
    await queryRunner.query(`ALTER TABLE client ALTER COLUMN first_name ${isNullable ? 'DROP' : 'SET'} NOT NULL`);
    return;
  }
  const [nullable, notNull] = ['"first_name" varchar(100)', '"first_name" varchar(100) NOT NULL'];
  const [{ schema_version: version }] = (await queryRunner.query('PRAGMA schema_version')) as [
    { schema_version: number },
  ];
  await queryRunner.query('PRAGMA writable_schema = ON');
  await queryRunner.query(
    `UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'client'`,
    isNullable ? [notNull, nullable] : [nullable, notNull],
  );
  // Makes every connection reload the schema.
  await queryRunner.query(`PRAGMA schema_version = ${version + 1}`);
  await queryRunner.query('PRAGMA writable_schema = OFF');
}

const createUniqueIndex = (queryRunner: QueryRunner, table: string, column: string): Promise<unknown> =>
  queryRunner.query(`CREATE UNIQUE INDEX ix_${table}_${column} ON ${table} (${column})`);

/** Maximum number of duplicates in an error message. */
const maxNamed = 20;

/** @throws UnusableDatabase with the ids of the duplicates, or the first of them */
async function refuseDoubles(queryRunner: QueryRunner): Promise<void> {
  const complaints: string[] = [];
  for (const { table, key, what, shared, remedy } of unique) {
    const ids = isPostgres(queryRunner) ? `string_agg(id::text, ', ' ORDER BY id)` : `group_concat(id, ', ')`;
    const doubles = (await queryRunner.query(
      `SELECT ${ids} AS ids FROM ${table} WHERE ${key} IS NOT NULL
       GROUP BY ${key} HAVING COUNT(*) > 1 ORDER BY MIN(id) LIMIT ${maxNamed + 1}`,
    )) as { ids: string }[];
    if (doubles.length === 0) continue;
    const named = doubles.slice(0, maxNamed).map(({ ids }) => `(${ids})`);
    const more = doubles.length > maxNamed ? ' and more' : '';
    complaints.push(`These ${what} have the same ${shared}: ids ${named.join(', ')}${more}. ${remedy}.`);
  }
  if (complaints.length === 0) return;
  throw new UnusableDatabase(
    'This release takes names, codes and license numbers for the same that differ only in case, width, invisible ' +
      `characters or the kind of hyphen or blank, and some of the database do. ${complaints.join(' ')} ` +
      'Nothing was changed: the former release still runs on this database. Correct them with it, then start this one.',
  );
}
