import type { EntityMetadata } from 'typeorm';
import type { CheckMetadata } from 'typeorm/metadata/CheckMetadata.js';
import type { ForeignKeyMetadata } from 'typeorm/metadata/ForeignKeyMetadata.js';
import type { IndexMetadata } from 'typeorm/metadata/IndexMetadata.js';
import { dialectOf } from '../database/dialect/dialect.js';
import { type TrigramIndexed, trigramIndexesOf } from '../database/search/trigram-index.js';
import { type Invariant, violationsIn } from './invariant.js';

/**
 * The invariants that entities declare as constraints: foreign keys, unique indexes and checks. They are verified on the
 * rows, because a constraint can be dropped, disabled, or younger than the rows that violate it.
 */
export function declaredInvariants(metadata: EntityMetadata): Invariant[] {
  return [
    ...metadata.foreignKeys.map(reference),
    ...metadata.indices.filter(({ isUnique }) => isUnique).map(uniqueness),
    ...metadata.checks.map(check),
    ...(dialectOf(metadata.connection).maintainsTrigrams ? [] : trigramIndexesOf(metadata).map(indexing)),
  ];
}

function reference({
  columns: [column],
  referencedEntityMetadata: { target, tableName },
}: ForeignKeyMetadata): Invariant {
  const { propertyName, databaseName } = column!;
  return {
    remedy: `Restore the ${tableName} from a backup, or let the row refer to another, or delete the row.`,
    violations: (rows) =>
      violationsIn<{ referred: number }>(
        rows
          .addSelect(`row.${propertyName}`, 'referred')
          .leftJoin(target, 'other', `other.id = row.${propertyName}`)
          .andWhere(`row.${propertyName} IS NOT NULL AND other.id IS NULL`),
        ({ referred }) => `its ${databaseName} is ${referred}, and there is no such ${tableName}`,
      ),
  };
}

function uniqueness({ entityMetadata: { target }, name, columns, where }: IndexMetadata): Invariant {
  const names = columns.map(({ databaseName }) => databaseName).join(', ');
  const equal = columns.map(({ propertyName }) => `other.${propertyName} = row.${propertyName}`);
  return {
    remedy: 'Find out which of the two is correct, and change or delete the other.',
    violations: (rows) => {
      /** The condition of a partial index names columns without an alias, so it is evaluated on one table at a time. */
      const isIndexed = (alias: string) =>
        `EXISTS ${rows.subQuery().select('1').from(target, 'indexed').where(`indexed.id = ${alias}.id AND (${where})`).getQuery()}`;
      if (where) rows.andWhere(`${isIndexed('row')} AND ${isIndexed('other')}`);
      return violationsIn<{ other: number }>(
        rows
          .addSelect('MIN(other.id)', 'other')
          .innerJoin(target, 'other', ['other.id <> row.id', ...equal].join(' AND '))
          .groupBy('row.id'),
        ({ other }) => `its ${names} is also that of row ${other}, which ${name} forbids`,
      );
    },
  };
}

function check({ name, expression }: CheckMetadata): Invariant {
  return {
    remedy: 'Give the row a value that is allowed.',
    violations: (rows) =>
      violationsIn(rows.andWhere(`NOT (${expression})`), () => `it violates ${name}, which requires ${expression}`),
  };
}

/** Checks the trigram index that triggers maintain on SQLite, by the first and the last trigram; all would take too long. */
function indexing({ name, property, column }: TrigramIndexed): Invariant {
  const text = `row.${property}`;
  const quoted = (trigram: string) => `'"' || replace(${trigram}, '"', '""') || '"'`;
  const both = `${quoted(`substr(${text}, 1, 3)`)} || ' AND ' || ${quoted(`substr(${text}, -3)`)}`;
  return {
    remedy: `Stop the service and run: INSERT INTO ${name} (${name}) VALUES ('rebuild');`,
    violations: (rows) =>
      violationsIn(
        rows
          .andWhere(`length(${text}) >= 3`)
          .andWhere(`row.id NOT IN (SELECT rowid FROM ${name}(${both}) WHERE rowid = row.id)`),
        () => `${name} doesn't find it by its ${column}`,
      ),
  };
}
