import type { EntityManager, EntityMetadata, Table } from 'typeorm';
import type { IndexMetadata } from 'typeorm/metadata/IndexMetadata.js';
import { nameOf } from '../database/engine/schema-version.js';
import { dialectOf } from '../database/dialect/dialect.js';
import { missingTrigramIndexes } from '../database/search/trigram-index.js';
import type { Finding } from './finding.js';

const restore = 'Stop the service and restore a backup: see "Restore" in docs/operations.md.';

/**
 * Compares the schema with the entities. A remedy is a backup or a statement that adds the missing object; TypeORM's
 * schema builder would drop objects that no entity describes, and rebuild tables.
 */
export async function checkSchema(manager: EntityManager): Promise<Finding[]> {
  const metadatas = manager.connection.entityMetadatas;
  const regular = metadatas.filter(({ tableType }) => tableType === 'regular');
  const tables = await manager.queryRunner!.getTables(regular.map(({ tablePath }) => tablePath));
  const findings = regular.flatMap((metadata) => {
    const table = tables.find(({ name }) => name.split('.').at(-1) === metadata.tableName);
    return table ? checkTable(metadata, table) : [finding(`the table ${metadata.tableName} is missing`, restore)];
  });
  const views = metadatas.filter(({ tableType }) => tableType === 'view').map(({ tableName }) => tableName);
  const present = await relations(manager);
  const missingViews = views.filter((name) => !present.has(name));
  return [
    ...findings,
    ...missingViews.map((name) => finding(`the view ${name} is missing`, restore)),
    ...(await missingTrigramIndexes(manager)).map(({ name, repair }) =>
      finding(`the search index ${name} is missing`, `Stop the service and run: ${repair}`),
    ),
  ];
}

function checkTable(metadata: EntityMetadata, table: Table): Finding[] {
  const { tableName, connection } = metadata;
  const columns = metadata.columns.filter(({ isVirtualProperty }) => !isVirtualProperty);
  const names = new Set(columns.map(({ databaseName }) => databaseName));
  const known = columns.filter(({ databaseName }) => table.findColumnByName(databaseName));
  const changed = connection.driver.findChangedColumns(table.columns, known);
  const canAdd = dialectOf(connection).altersConstraints;
  const add = (sql: string) =>
    canAdd ? `Repair the rows that are named below, then run: ALTER TABLE "${tableName}" ADD ${sql};` : restore;
  return [
    ...columns
      .filter((column) => !known.includes(column))
      .map(({ databaseName }) => finding(`the column ${tableName}.${databaseName} is missing`, restore)),
    ...table.columns
      .filter(({ name }) => !names.has(name))
      .map(({ name }) =>
        finding(
          `the column ${tableName}.${name} is not known to this version`,
          'It may stay, if it may be null or has a default. Find out what added it before the next upgrade.',
        ),
      ),
    ...changed.map(({ databaseName }) => finding(`the column ${tableName}.${databaseName} was changed`, restore)),
    ...metadata.indices.filter(({ synchronize }) => synchronize).flatMap((index) => checkIndex(index, table)),
    ...metadata.foreignKeys
      .filter(({ columnNames }) => !table.foreignKeys.some((key) => equal(key.columnNames, columnNames)))
      .map(({ name, columnNames: [column], referencedTablePath: other }) =>
        finding(
          `the foreign key ${name} is missing`,
          add(`CONSTRAINT "${name}" FOREIGN KEY ("${column}") REFERENCES "${other}" ("id") ON DELETE RESTRICT`),
        ),
      ),
    ...metadata.checks
      .filter(({ name }) => !table.checks.some((check) => check.name === name))
      .map(({ name, expression }) =>
        finding(`the check ${name} is missing`, add(`CONSTRAINT "${name}" CHECK (${expression})`)),
      ),
  ];
}

function checkIndex({ name, isUnique, columns, where, entityMetadata }: IndexMetadata, table: Table): Finding[] {
  const columnNames = columns.map(({ databaseName }) => databaseName);
  const actual = table.indices.find((index) => index.name === name);
  if (!actual) {
    const list = columnNames.map((column) => `"${column}"`).join(', ');
    const create =
      `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX "${name}" ON "${entityMetadata.tableName}" (${list})` +
      (where ? ` WHERE ${where}` : '');
    return [finding(`the index ${name} is missing`, `Repair the rows that are named below, then run: ${create};`)];
  }
  const isSame = actual.isUnique === isUnique && equal(actual.columnNames, columnNames);
  return isSame ? [] : [finding(`the index ${name} was changed`, restore)];
}

const finding = (what: string, remedy: string): Finding => ({ where: 'schema', what, remedy });

/** Ignores the order: on PostgreSQL, TypeORM returns the columns of an index in the order of the table. */
const equal = (one: readonly string[], other: readonly string[]) => [...one].sort().join() === [...other].sort().join();

async function relations(manager: EntityManager): Promise<Set<string>> {
  const found = await manager.query<{ name: string }[]>(dialectOf(manager.connection).relationsSql);
  return new Set(found.map(({ name }) => name));
}

/**
 * Compares the executed migrations with those of this version. If they differ, the schema cannot be checked further.
 */
export async function checkMigrations(manager: EntityManager): Promise<{ findings: Finding[]; isCurrent: boolean }> {
  const { migrations, entityMetadatas } = manager.connection;
  const present = await relations(manager);
  const ours = migrations.map(nameOf);
  if (!present.has('migrations') && entityMetadatas.some(({ tableName }) => present.has(tableName))) {
    return { findings: [finding('the table migrations is missing', restore)], isCurrent: true };
  }
  const rows = present.has('migrations')
    ? await manager.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id')
    : [];
  const done = new Set(rows.map(({ name }) => name));
  const pending = ours.filter((name) => !done.has(name));
  const unknown = [...done].filter((name) => !ours.includes(name));
  const findings = [
    ...pending.map((name) =>
      finding(
        `the migration ${name} was not run`,
        'Start this version of the service once, or run: npx typeorm migration:run -d dist/ormconfig.js',
      ),
    ),
    ...unknown.map((name) =>
      finding(`the migration ${name} is of a newer version`, 'Verify with the version that serves the shop.'),
    ),
  ];
  return { findings, isCurrent: findings.length === 0 };
}
