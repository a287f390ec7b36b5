import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isPostgres } from './support/text-keys.js';

/** Adds the caller to renewals. Existing ones have none: their events name it. */
export class NameActorsOfRenewals1764670000000 implements MigrationInterface {
  readonly name = 'NameActorsOfRenewals1764670000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const collation = isPostgres(queryRunner) ? ' COLLATE "C"' : '';
    await queryRunner.query(`ALTER TABLE renewal ADD COLUMN actor varchar(128)${collation}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE renewal DROP COLUMN actor');
  }
}
