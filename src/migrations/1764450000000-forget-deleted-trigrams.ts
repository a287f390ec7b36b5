import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTrigramIndex, dropTrigramIndex } from '../platform/database/search/trigram-index.js';

/** Makes the trigram indexes of SQLite again, without what they still show of deleted rows, and so that they forget. */
export class ForgetDeletedTrigrams1764450000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    if (queryRunner.connection.options.type === 'postgres') return;
    for (const [table, column] of indexed) {
      await dropTrigramIndex(queryRunner, table, column);
      await createTrigramIndex(queryRunner, table, column);
    }
  }

  /** The indexes are the same to the version before. */
  async down(): Promise<void> {}
}

const indexed = [
  ['movie', 'title_search'],
  ['client', 'name_search'],
] as const;
