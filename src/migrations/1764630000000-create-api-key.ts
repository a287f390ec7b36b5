import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** Creates the table of API keys. */
export class CreateApiKey1764630000000 implements MigrationInterface {
  readonly name = 'CreateApiKey1764630000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const collation = queryRunner.connection.options.type === 'postgres' ? 'C' : undefined;
    const text = (name: string, length: number, isNullable = false) => ({
      name,
      type: 'varchar',
      length: String(length),
      collation,
      isNullable,
    });
    await queryRunner.createTable(
      new Table({
        name: 'api_key',
        columns: [
          { name: 'id', type: 'integer', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
          text('name', 64),
          text('digest', 64),
          text('scopes', 200),
          { name: 'client_id', type: 'integer', isNullable: true },
          text('creation_datetime', 24),
          text('expiry_datetime', 24, true),
          text('revoked_datetime', 24, true),
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('api_key');
  }
}
