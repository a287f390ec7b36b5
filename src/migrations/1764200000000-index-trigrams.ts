import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTrigramIndex, dropTrigramIndex } from '../platform/database/search/trigram-index.js';

/** Creates the trigram indexes for substring searches of titles and names. */
export class IndexTrigrams1764200000000 implements MigrationInterface {
  readonly name = 'IndexTrigrams1764200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTrigramIndex(queryRunner, 'movie', 'title_search');
    await createTrigramIndex(queryRunner, 'client', 'name_search');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropTrigramIndex(queryRunner, 'client', 'name_search');
    await dropTrigramIndex(queryRunner, 'movie', 'title_search');
  }
}
