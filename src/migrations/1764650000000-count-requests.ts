import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The counters of the rate limit that all instances on PostgreSQL share, in the form that rate-limiter-flexible
 * requires. Unlogged: after a crash of the server they start from zero. SQLite has one process, which counts in memory.
 */
export class CountRequests1764650000000 implements MigrationInterface {
  readonly name = 'CountRequests1764650000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    if (queryRunner.connection.options.type !== 'postgres') return;
    await queryRunner.query(
      'CREATE UNLOGGED TABLE rate_limit (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    if (queryRunner.connection.options.type === 'postgres') await queryRunner.query('DROP TABLE rate_limit');
  }
}
