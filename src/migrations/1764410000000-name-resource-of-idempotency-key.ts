import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Records the resource of each stored response, so that the response is erased when the resource is deleted. */
export class NameResourceOfIdempotencyKey1764410000000 implements MigrationInterface {
  readonly name = 'NameResourceOfIdempotencyKey1764410000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const isPostgres = queryRunner.connection.options.type === 'postgres';
    await queryRunner.query(
      `ALTER TABLE idempotency_key ADD COLUMN resource varchar(64)${isPostgres ? ' COLLATE "C"' : ''}`,
    );
    await queryRunner.query('CREATE INDEX ix_idempotency_key_resource ON idempotency_key (resource)');
    // Fills the column for existing responses that show a client.
    const id = isPostgres ? `answer::json->>'id'` : `json_extract(answer, '$.id')`;
    await queryRunner.query(
      `UPDATE idempotency_key SET resource = '/clients/' || (${id}) WHERE answer LIKE '{"id":%,"first_name":%'`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // Former releases cannot read compressed or erased responses.
    await queryRunner.query(`DELETE FROM idempotency_key WHERE answer NOT LIKE '{%'`);
    await queryRunner.query('DROP INDEX ix_idempotency_key_resource');
    await queryRunner.query('ALTER TABLE idempotency_key DROP COLUMN resource');
  }
}
