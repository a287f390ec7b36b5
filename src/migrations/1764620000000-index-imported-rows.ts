import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Indexes the sources of a row, for merging it into another row. */
export class IndexImportedRows1764620000000 implements MigrationInterface {
  readonly name = 'IndexImportedRows1764620000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    if (queryRunner.connection.options.type === 'postgres') await queryRunner.query('SET LOCAL statement_timeout = 0');
    await queryRunner.query('CREATE INDEX ix_imported_row_table_name_row_id ON imported_row (table_name, row_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_imported_row_table_name_row_id');
  }
}
