import { type EntityManager, type EntityMetadata, Index, type QueryRunner } from 'typeorm';
import { snakeCase } from 'typeorm/util/StringUtils.js';
import { UnusableDatabase } from './unusable-database.js';

/**
 * Lets `whereContains` find rows by this text. On PostgreSQL it is an index, and on SQLite a table of the index's name
 * that triggers keep right. TypeORM can describe neither, so migrations make it, by `createTrigramIndex`.
 */
export function TrigramIndex(): PropertyDecorator {
  return (prototype, property) => {
    const name = nameOf(snakeCase(prototype.constructor.name), snakeCase(String(property)));
    Index(name, { synchronize: false })(prototype, property);
  };
}

export interface TrigramIndexed {
  /** The index's. */
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

/** What the trigram indexes of the entities consist of, and the database lacks. */
export async function missingTrigramIndexes(manager: EntityManager): Promise<string[]> {
  const indexes = manager.connection.entityMetadatas.flatMap(trigramIndexesOf).map(({ name }) => name);
  const [wanted, there] = isPostgres(manager)
    ? [
        indexes,
        'SELECT relname AS name FROM pg_class JOIN pg_index ON indexrelid = oid WHERE indisvalid AND pg_table_is_visible(oid)',
      ]
    : [
        indexes.flatMap((index) => [index, ...events.map((event) => triggerName(index, event))]),
        'SELECT name FROM sqlite_schema',
      ];
  const found = await manager.query<{ name: string }[]>(there);
  const names = new Set(found.map(({ name }) => name));
  return wanted.filter((name) => !names.has(name));
}

/**
 * A migration that makes the table anew, as TypeORM does on SQLite to change one, drops the index first and creates it
 * again last: triggers go with their table.
 * @throws UnusableDatabase where PostgreSQL can't index trigrams
 */
export async function createTrigramIndex(queryRunner: QueryRunner, table: string, column: string): Promise<void> {
  const index = nameOf(table, column);
  if (isPostgres(queryRunner)) {
    const schema = await schemaOfPgTrgm(queryRunner);
    await queryRunner.query('SET LOCAL statement_timeout = 0');
    // kB. Each search reads through what was written lately, which PostgreSQL sorts in when it is as much.
    await queryRunner.query(
      `CREATE INDEX ${index} ON ${table} USING gin (${column} ${schema}.gin_trgm_ops) WITH (gin_pending_list_limit = 64)`,
    );
    return;
  }
  await queryRunner.query(
    `CREATE VIRTUAL TABLE ${index} USING fts5
     (${column}, content = ${table}, content_rowid = id, tokenize = trigram, detail = none, columnsize = 0)`,
  );
  await forgetDeletedTrigrams(queryRunner, table, column);
  await queryRunner.query(`INSERT INTO ${index} (${index}) VALUES ('rebuild')`);
  const add = `INSERT INTO ${index} (rowid, ${column}) VALUES (new.id, new.${column});`;
  const remove = `INSERT INTO ${index} (${index}, rowid, ${column}) VALUES ('delete', old.id, old.${column});`;
  const triggers: Record<(typeof events)[number], string> = {
    INSERT: `BEGIN ${add} END`,
    UPDATE: `WHEN (new.id, new.${column}) IS NOT (old.id, old.${column}) BEGIN ${remove} ${add} END`,
    DELETE: `BEGIN ${remove} END`,
  };
  for (const event of events) {
    await queryRunner.query(
      `CREATE TRIGGER ${triggerName(index, event)} AFTER ${event} ON ${table} ${triggers[event]}`,
    );
  }
}

/**
 * Lets SQLite take the trigrams of a deleted or changed row out of the index at once. By default FTS5 only notes that they
 * no longer count, and keeps both until it happens to merge them away.
 */
async function forgetDeletedTrigrams(queryRunner: QueryRunner, table: string, column: string): Promise<void> {
  if (isPostgres(queryRunner)) return;
  const index = nameOf(table, column);
  await queryRunner.query(`INSERT INTO ${index} (${index}, rank) VALUES ('secure-delete', 1)`);
}

export async function dropTrigramIndex(queryRunner: QueryRunner, table: string, column: string): Promise<void> {
  const index = nameOf(table, column);
  if (isPostgres(queryRunner)) {
    await queryRunner.query(`DROP INDEX IF EXISTS ${index}`);
    return;
  }
  for (const event of events) await queryRunner.query(`DROP TRIGGER IF EXISTS ${triggerName(index, event)}`);
  await queryRunner.query(`DROP TABLE IF EXISTS ${index}`);
}

const events = ['INSERT', 'UPDATE', 'DELETE'] as const;

const nameOf = (table: string, column: string) => `ix_${table}_${column}_trigrams`;
const triggerName = (index: string, event: string) => `${index}_${event.toLowerCase()}`;
const isPostgres = ({ connection }: Pick<QueryRunner, 'connection'>) => connection.options.type === 'postgres';

async function schemaOfPgTrgm(queryRunner: QueryRunner): Promise<string> {
  await queryRunner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm').catch((error: Error) => {
    throw new UnusableDatabase(
      `Titles and names are searched by the extension pg_trgm, and PostgreSQL refused to create it: ${error.message}. ` +
        'See that it is installed on the server (it comes with PostgreSQL, in some systems as a package "contrib"), ' +
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
