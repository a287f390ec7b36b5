import { randomBytes } from 'node:crypto';
import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** Creates the secret that all service instances share and derive keys from. */
export class CreateInstallation1764400000000 implements MigrationInterface {
  readonly name = 'CreateInstallation1764400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const isPostgres = queryRunner.connection.options.type === 'postgres';
    await queryRunner.createTable(
      new Table({
        name: 'installation',
        columns: [
          { name: 'id', type: 'integer', isPrimary: true },
          { name: 'secret', type: 'varchar', length: '64', collation: isPostgres ? 'C' : undefined },
        ],
        checks: [{ name: 'ck_installation_one_row', expression: 'id = 1' }],
      }),
    );
    const secret = randomBytes(32).toString('base64url');
    const placeholder = isPostgres ? '$1' : '?';
    await queryRunner.query(`INSERT INTO installation (id, secret) VALUES (1, ${placeholder})`, [secret]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('installation');
  }
}
