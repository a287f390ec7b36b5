import type { DataSourceOptions } from 'typeorm';
import type { PostgresConnectionOptions } from 'typeorm/driver/postgres/PostgresConnectionOptions.js';
import { errorCode } from '../../../kernel/error-code.js';
import { engineNameOf } from '../dialect/dialect.js';
import type { EngineName } from '../dialect/sql.js';
import { UnusableDatabase } from './unusable-database.js';

const permissionsRemedy =
  'Give the user that runs the service permission to read and write the file, its -wal, -shm and .lock and their ' +
  'folder, on a file system that is not mounted read-only.';
const corruptionRemedy =
  'It is corrupted: restore a backup, as described in docs/operations.md. npm run verify lists the corruption.';

/** Remedies for operational errors of the database or the operating system, by error code. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/^(SQLITE_(READONLY|PERM|CANTOPEN|AUTH)|EACCES|EPERM|EROFS)$/, permissionsRemedy],
  [/^(SQLITE_(CORRUPT|NOTADB)|XX001|XX002)$/, corruptionRemedy],
  [/^(SQLITE_FULL|ENOSPC|EDQUOT|53100)$/, 'Free space on its disk.'],
  [/^(SQLITE_IOERR|EIO|58...)$/, 'Check its disk.'],
  [
    /^42501$/,
    'Give the user of DATABASE_URL all rights on the tables and sequences of the database, or make it their owner: ' +
      'pg_restore --no-owner --role=<user> does.',
  ],
  [/^25006$/, 'Set DATABASE_URL to a server that accepts writes, not to a standby.'],
  [/^(28...|3D000)$/, 'Check user, password and database in DATABASE_URL.'],
];

/** Whether an error reports a corrupt database, which no retry repairs. */
export const isCorruption = (error: unknown): boolean => remedyOf(error) === corruptionRemedy;

/** Whether the database or its environment caused an error, and not a bug of the service. */
export const isOperationalError = (error: unknown): boolean => remedyOf(error) !== undefined;

/** Returns the error that names the database, the reason and the remedy. */
export function unusableDatabase(error: unknown, options: DataSourceOptions): UnusableDatabase {
  const reason = error instanceof Error ? error.message : String(error);
  const remedy = remedyOf(error);
  const describe = descriptions[engineNameOf(options)];
  return new UnusableDatabase(describe(reason || (errorCode(error) ?? ''), remedy, options), { cause: error });
}

type Describe = (reason: string, remedy: string | undefined, options: DataSourceOptions) => string;

const descriptions: Readonly<Record<EngineName, Describe>> = {
  sqlite: (reason, remedy, { database }) =>
    `The SQLite file ${String(database)} can't be used: ${reason}. ` +
    (remedy ?? 'Set DATABASE_URL to a file of this service, or to a new one in a writable folder.'),
  postgres: (reason, remedy, options) => {
    const { hostname, port, pathname } = new URL((options as PostgresConnectionOptions).url!);
    const place = `${hostname}:${port || '5432'}, database ${pathname.slice(1)}`;
    if (remedy) return `PostgreSQL (${place}) refuses the service: ${reason}. ${remedy}`;
    return (
      `PostgreSQL can't be reached at its URL (${place}): ${reason}. ` +
      'Check that it runs there, and that user, password and database are right.'
    );
  },
};

function remedyOf(error: unknown): string | undefined {
  const code = errorCode(error) ?? '';
  return remedies.find(([codes]) => codes.test(code))?.[1];
}
