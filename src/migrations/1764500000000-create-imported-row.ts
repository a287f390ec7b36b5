import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** Creates the table that records the source of imported rows. */
export class CreateImportedRow1764500000000 implements MigrationInterface {
  readonly name = 'CreateImportedRow1764500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const collation = queryRunner.connection.options.type === 'postgres' ? 'C' : undefined;
    const text = (name: string, length: number) => ({ name, type: 'varchar', length: String(length), collation });
    await queryRunner.createTable(
      new Table({
        name: 'imported_row',
        columns: [
          { name: 'id', type: 'integer', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
          text('source', 64),
          text('table_name', 64),
          text('source_id', 300),
          { name: 'row_id', type: 'integer' },
        ],
        indices: [
          {
            name: 'ix_imported_row_source_table_name_source_id',
            columnNames: ['source', 'table_name', 'source_id'],
            isUnique: true,
          },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('imported_row');
  }
}
