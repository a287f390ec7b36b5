import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTrigramIndex, dropTrigramIndex } from '../platform/database/search/trigram-index.js';

/** Recreates SQLite's trigram indexes without trigrams of deleted rows, and with secure-delete. */
export class ForgetDeletedTrigrams1764450000000 implements MigrationInterface {
  readonly name = 'ForgetDeletedTrigrams1764450000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    if (queryRunner.connection.options.type === 'postgres') return;
    for (const [table, column] of indexed) {
      await dropTrigramIndex(queryRunner, table, column);
      await createTrigramIndex(queryRunner, table, column);
    }
  }

  /** The former release uses the same indexes. */
  async down(): Promise<void> {}
}

const indexed = [
  ['movie', 'title_search'],
  ['client', 'name_search'],
] as const;
