import type { MigrationInterface, QueryRunner } from 'typeorm';
import { searchable } from '../kernel/text.js';
import { createTrigramIndex, dropTrigramIndex } from '../platform/database/search/trigram-index.js';
import { disableStatementTimeout, isPostgres, recomputeKeys } from './support/text-keys.js';

/** Adds the search text of directors, and its trigram index. */
export class SearchDirectors1764610000000 implements MigrationInterface {
  readonly name = 'SearchDirectors1764610000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await disableStatementTimeout(queryRunner);
    const collation = isPostgres(queryRunner) ? ' COLLATE "C"' : '';
    await queryRunner.query(`ALTER TABLE movie ADD COLUMN director_search varchar(600)${collation}`);
    // PostgreSQL adds every new version of a row to each index: creating the index of titles again is faster.
    if (isPostgres(queryRunner)) await dropTrigramIndex(queryRunner, 'movie', 'title_search');
    await recomputeKeys(queryRunner, {
      table: 'movie',
      texts: ['director'],
      keysOf: ({ director }) => ({ director_search: typeof director === 'string' ? searchable(director) : null }),
    });
    if (isPostgres(queryRunner)) await createTrigramIndex(queryRunner, 'movie', 'title_search');
    await createTrigramIndex(queryRunner, 'movie', 'director_search');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropTrigramIndex(queryRunner, 'movie', 'director_search');
    await queryRunner.query('ALTER TABLE movie DROP COLUMN director_search');
  }
}
