import { type EntityManager, type EntityMetadata, Index, type QueryRunner } from 'typeorm';
/** @private-api of typeorm: StringUtils.snakeCase(), by which TypeORM names columns */
import { snakeCase } from 'typeorm/util/StringUtils.js';
import { dialectOf } from '../dialect/dialect.js';
import type { EngineName } from '../dialect/sql.js';
import { UnusableDatabase } from '../engine/unusable-database.js';

/**
 * Declares a trigram index for `SubstringSearch`: a GIN index on PostgreSQL, and on SQLite an FTS5 table that triggers
 * maintain. TypeORM can describe neither; migrations create it by `createTrigramIndex`.
 */
export function TrigramIndex(table: string): PropertyDecorator {
  return (prototype, property) => {
    const name = nameOf(table, snakeCase(String(property)));
    Index(name, { synchronize: false })(prototype, property);
  };
}

export interface TrigramIndexed {
  /** The name of the index. */
  readonly name: string;
  readonly property: string;
  readonly column: string;
}

export function trigramIndexesOf(metadata: EntityMetadata): TrigramIndexed[] {
  return metadata.columns
    .map(({ propertyName: property, databaseName: column }) => ({
      name: nameOf(metadata.tableName, column),
      property,
      column,
    }))
    .filter(({ name }) => metadata.indices.some((index) => index.name === name));
}

export interface MissingIndex {
  /** The name of the index or of a trigger that maintains it. */
  readonly name: string;
  /** The SQL that recreates the index. */
  readonly repair: string;
}

/** Returns the missing trigram indexes and triggers. */
export async function missingTrigramIndexes(manager: EntityManager): Promise<MissingIndex[]> {
  const indexes = manager.connection.entityMetadatas.flatMap((metadata) =>
    trigramIndexesOf(metadata).map(({ column }) => ({ table: metadata.tableName, column })),
  );
  return implementationOf(manager).missing(manager, indexes);
}

/**
 * Creates a trigram index. A migration that rebuilds the table, as TypeORM does to alter one on SQLite, drops the index
 * first and recreates it last, since triggers are dropped with their table.
 * @throws UnusableDatabase if PostgreSQL lacks pg_trgm
 */
export async function createTrigramIndex(queryRunner: QueryRunner, table: string, column: string): Promise<void> {
  await implementationOf(queryRunner).create(queryRunner, { table, column });
}

export async function dropTrigramIndex(queryRunner: QueryRunner, table: string, column: string): Promise<void> {
  await implementationOf(queryRunner).drop(queryRunner, { table, column });
}

interface IndexedColumn {
  readonly table: string;
  readonly column: string;
}

interface Implementation {
  missing(manager: EntityManager, indexes: readonly IndexedColumn[]): Promise<MissingIndex[]>;
  create(queryRunner: QueryRunner, index: IndexedColumn): Promise<void>;
  drop(queryRunner: QueryRunner, index: IndexedColumn): Promise<void>;
}

/** A GIN index of pg_trgm. */
const gin: Implementation = {
  async missing(manager, indexes) {
    const found = await manager.query<{ name: string; valid: boolean }[]>(
      'SELECT relname AS name, indisvalid AS valid FROM pg_class JOIN pg_index ON indexrelid = oid WHERE pg_table_is_visible(oid)',
    );
    const valid = new Map(found.map(({ name, valid }) => [name, valid]));
    return indexes.flatMap(({ table, column }) => {
      const name = nameOf(table, column);
      if (valid.get(name)) return [];
      return [{ name, repair: valid.has(name) ? `REINDEX INDEX ${name};` : `${ginIndexSql(table, column)};` }];
    });
  },

  async create(queryRunner, { table, column }) {
    const schema = await schemaOfPgTrgm(queryRunner);
    await queryRunner.query('SET LOCAL statement_timeout = 0');
    await queryRunner.query(ginIndexSql(table, column, `${schema}.`));
  },

  async drop(queryRunner, { table, column }) {
    await queryRunner.query(`DROP INDEX IF EXISTS ${nameOf(table, column)}`);
  },
};

/** An FTS5 table, which triggers maintain. */
const fts5: Implementation = {
  async missing(manager, indexes) {
    const found = await manager.query<{ name: string }[]>('SELECT name FROM sqlite_schema');
    const names = new Set(found.map(({ name }) => name));
    return indexes.flatMap(({ table, column }) => {
      const index = nameOf(table, column);
      return Object.entries(sqliteObjects(table, column))
        .filter(([name]) => !names.has(name))
        .map(([name, statements]) => ({
          name,
          // Rows written while a trigger was missing are not in the index.
          repair: [...new Set([...statements, rebuildSql(index)])].map((sql) => `${sql};`).join(' '),
        }));
    });
  },

  async create(queryRunner, { table, column }) {
    for (const sql of Object.values(sqliteObjects(table, column)).flat()) await queryRunner.query(sql);
  },

  async drop(queryRunner, { table, column }) {
    const index = nameOf(table, column);
    for (const event of events) await queryRunner.query(`DROP TRIGGER IF EXISTS ${triggerName(index, event)}`);
    await queryRunner.query(`DROP TABLE IF EXISTS ${index}`);
  },
};

const implementations: Readonly<Record<EngineName, Implementation>> = { sqlite: fts5, postgres: gin };
const implementationOf = ({ connection }: Pick<QueryRunner, 'connection'>): Implementation =>
  implementations[dialectOf(connection).engine];

/** The pending list, which each search scans, is merged into the index when it has 64 kB. */
const ginIndexSql = (table: string, column: string, schema = '') =>
  `CREATE INDEX ${nameOf(table, column)} ON ${table} USING gin (${column} ${schema}gin_trgm_ops) ` +
  'WITH (gin_pending_list_limit = 64)';

const rebuildSql = (index: string) => `INSERT INTO ${index} (${index}) VALUES ('rebuild')`;

/** Returns the statements that create a trigram index on SQLite, by the name of the created object. */
function sqliteObjects(table: string, column: string): Record<string, string[]> {
  const index = nameOf(table, column);
  // Without a text there is nothing to index: writing the index costs as much as writing the row.
  const add = `INSERT INTO ${index} (rowid, ${column}) SELECT new.id, new.${column} WHERE new.${column} IS NOT NULL;`;
  const remove =
    `INSERT INTO ${index} (${index}, rowid, ${column}) ` +
    `SELECT 'delete', old.id, old.${column} WHERE old.${column} IS NOT NULL;`;
  const triggers: Record<(typeof events)[number], string> = {
    INSERT: `BEGIN ${add} END`,
    UPDATE: `WHEN (new.id, new.${column}) IS NOT (old.id, old.${column}) BEGIN ${remove} ${add} END`,
    DELETE: `BEGIN ${remove} END`,
  };
  return {
    [index]: [
      `CREATE VIRTUAL TABLE ${index} USING fts5 ` +
        `(${column}, content = ${table}, content_rowid = id, tokenize = trigram, detail = none, columnsize = 0)`,
      // By default FTS5 keeps the trigrams of deleted rows, with tombstones, until a merge.
      `INSERT INTO ${index} (${index}, rank) VALUES ('secure-delete', 1)`,
      rebuildSql(index),
    ],
    ...Object.fromEntries(
      events.map((event) => [
        triggerName(index, event),
        [`CREATE TRIGGER ${triggerName(index, event)} AFTER ${event} ON ${table} ${triggers[event]}`],
      ]),
    ),
  };
}

const events = ['INSERT', 'UPDATE', 'DELETE'] as const;

const nameOf = (table: string, column: string) => `ix_${table}_${column}_trigrams`;
const triggerName = (index: string, event: string) => `${index}_${event.toLowerCase()}`;

async function schemaOfPgTrgm(queryRunner: QueryRunner): Promise<string> {
  await queryRunner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm').catch((error: Error) => {
    throw new UnusableDatabase(
      `Titles and names are searched by the extension pg_trgm, and PostgreSQL refused to create it: ${error.message}. ` +
        'Check that it is installed on the server (it comes with PostgreSQL, in some systems as a package "contrib"), ' +
        'and let the owner of the database run CREATE EXTENSION pg_trgm in it once.',
      { cause: error },
    );
  });
  const [found] = await queryRunner.manager.query<{ schema: string }[]>(
    `SELECT quote_ident(nspname) AS schema FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
     WHERE extname = 'pg_trgm'`,
  );
  return found!.schema;
}
