import type { MigrationInterface, QueryRunner } from 'typeorm';
import { disableStatementTimeout, isPostgres } from './support/text-keys.js';

/** The members of `changes` that are written by clerks, and may name a person. */
const comments = ['comment', 'note'];

const unchanged = [
  'id',
  'type',
  'resource',
  'resource_id',
  'actor',
  'creation_datetime',
  'request_id',
  'transaction_id',
];

const indexes = {
  ix_event_transaction_id_id: 'transaction_id, id',
  ix_event_resource_resource_id_transaction_id_id: 'resource, resource_id, transaction_id, id',
  ix_event_type_transaction_id_id: 'type, transaction_id, id',
  ix_event_actor_transaction_id_id: 'actor, transaction_id, id',
};

/**
 * Lets events be read in the order of their commits. The only change of an event that the database accepts from now on
 * is the removal of comments, when a client is erased.
 */
export class OrderEvents1764660000000 implements MigrationInterface {
  readonly name = 'OrderEvents1764660000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await disableStatementTimeout(queryRunner);
    await queryRunner.query('ALTER TABLE installation ADD COLUMN event_offset bigint NOT NULL DEFAULT 0');
    await queryRunner.query('ALTER TABLE event ADD COLUMN transaction_id bigint NOT NULL DEFAULT 0');
    for (const [name, columns] of Object.entries(indexes)) {
      await queryRunner.query(`CREATE INDEX ${name} ON event (${columns})`);
    }
    await queryRunner.query('DROP INDEX ix_event_resource_resource_id');
    await refuseUpdates(queryRunner, true);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await disableStatementTimeout(queryRunner);
    await refuseUpdates(queryRunner, false);
    await queryRunner.query('CREATE INDEX ix_event_resource_resource_id ON event (resource, resource_id)');
    for (const name of Object.keys(indexes)) await queryRunner.query(`DROP INDEX ${name}`);
    await queryRunner.query('ALTER TABLE event DROP COLUMN transaction_id');
    await queryRunner.query('ALTER TABLE installation DROP COLUMN event_offset');
  }
}

async function refuseUpdates(queryRunner: QueryRunner, allowsErasure: boolean): Promise<void> {
  const refusal = 'rows of event cannot be changed';
  if (isPostgres(queryRunner)) {
    const isErasure = [
      ...unchanged.map((column) => `NEW.${column} IS NOT DISTINCT FROM OLD.${column}`),
      `NEW.changes::jsonb = OLD.changes::jsonb${comments.map((name) => ` - '${name}'`).join('')}`,
    ].join(' AND ');
    await queryRunner.query(
      `CREATE OR REPLACE FUNCTION refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       ${allowsErasure ? `IF TG_OP = 'UPDATE' THEN IF ${isErasure} THEN RETURN NEW; END IF; END IF;` : ''}
       RAISE EXCEPTION '${refusal}'; END $$`,
    );
    return;
  }
  const isErasure = [
    ...unchanged.map((column) => `NEW.${column} IS OLD.${column}`),
    `NEW.changes = json_remove(OLD.changes, ${comments.map((name) => `'$.${name}'`).join(', ')})`,
  ].join(' AND ');
  await queryRunner.query('DROP TRIGGER event_append_only_update');
  await queryRunner.query(
    `CREATE TRIGGER event_append_only_update BEFORE UPDATE ON event ${allowsErasure ? `WHEN NOT (${isErasure})` : ''}
     BEGIN SELECT RAISE(ABORT, '${refusal}'); END`,
  );
}
