import type { EntityManager } from 'typeorm';
import { identityKey } from '../../kernel/text.js';
import { dialectOf } from '../../platform/database/dialect/dialect.js';
import { MovieCopy, type MovieCopyColumns } from '../movie-copy.entity.js';
import { CopyCodeTaken } from '../movies.errors.js';
import { generateCodes } from './copy-codes.js';

/** The SQL values of new copies: `$1` is their movie, `given` a JSON array of a code and its key. */
const newColumns = {
  movieId: '$1',
  code: 'given.value ->> 0',
  codeKey: 'given.value ->> 1',
  serviceState: "'in_service'",
} satisfies Record<keyof MovieCopyColumns, string>;

/**
 * Adds copies by one short statement; building 10,000 rows of VALUES would take longer.
 * @param codes undefined for a copy that gets a generated code
 * @throws CopyCodeTaken
 */
export async function insertCopies(
  manager: EntityManager,
  movieId: number,
  codes: readonly (string | undefined)[],
): Promise<MovieCopy[]> {
  if (codes.length === 0) return [];
  const generated = generateCodes(codes.filter((code) => code === undefined).length);
  // The key of a generated code is the code in lowercase.
  const added = codes.map((code) => {
    if (code !== undefined) return [code, identityKey(code)];
    const own = generated.pop()!;
    return [own, own.toLowerCase()];
  });
  const { connection, queryRunner } = manager;
  const metadata = connection.getMetadata(MovieCopy);
  const columns = Object.keys(newColumns).map((name) => metadata.findColumnWithPropertyName(name)!.databaseName);
  const given = dialectOf(connection).jsonElements('$2', 'given');
  // A missing row identifies the code that is taken. Without WHERE, SQLite would parse ON as a join constraint.
  const { records } = await queryRunner!.query(
    `INSERT INTO movie_copy (${columns.join()}) SELECT ${Object.values(newColumns).join()} FROM ${given} WHERE true ` +
      'ON CONFLICT DO NOTHING RETURNING id, code',
    [movieId, JSON.stringify(added)],
    true,
  );
  const rows = records as Pick<MovieCopy, 'id' | 'code'>[];
  if (rows.length < added.length) {
    const stored = new Set(rows.map(({ code }) => code));
    throw new CopyCodeTaken(added.find(([code]) => !stored.has(code!))![0]!);
  }
  const keys = new Map(added.map(([code, key]) => [code!, key!]));
  const copies = rows.map(({ id, code }) =>
    Object.assign(new MovieCopy(), {
      id,
      movieId,
      code,
      codeKey: keys.get(code)!,
      serviceState: 'in_service',
      openRent: null,
    } satisfies MovieCopyColumns & Pick<MovieCopy, 'id' | 'openRent'>),
  );
  return copies.sort((one, other) => one.id - other.id);
}
