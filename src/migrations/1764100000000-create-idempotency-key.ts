import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

export class CreateIdempotencyKey1764100000000 implements MigrationInterface {
  readonly name = 'CreateIdempotencyKey1764100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Compares by code points, as SQLite does by default under another name.
    const collation = queryRunner.connection.options.type === 'postgres' ? 'C' : undefined;
    await queryRunner.createTable(
      new Table({
        name: 'idempotency_key',
        columns: [
          { name: 'key', type: 'varchar', length: '255', collation, isPrimary: true },
          { name: 'request', type: 'varchar', length: '64', collation },
          { name: 'answer', type: 'text', collation },
          { name: 'creation_datetime', type: 'varchar', length: '24', collation },
        ],
        indices: [{ name: 'ix_idempotency_key_creation_datetime', columnNames: ['creation_datetime'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('idempotency_key');
  }
}
