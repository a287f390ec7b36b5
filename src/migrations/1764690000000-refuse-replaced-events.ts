import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isPostgres } from './support/text-keys.js';

/** Refuses the ways to remove events that the triggers for UPDATE and DELETE don't see. */
export class RefuseReplacedEvents1764690000000 implements MigrationInterface {
  readonly name = 'RefuseReplacedEvents1764690000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      isPostgres(queryRunner)
        ? 'CREATE TRIGGER event_append_only_truncate BEFORE TRUNCATE ON event EXECUTE FUNCTION refuse_change_of_event()'
        : // INSERT OR REPLACE deletes the former row without its trigger.
          `CREATE TRIGGER event_append_only_insert BEFORE INSERT ON event
           WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
           BEGIN SELECT RAISE(ABORT, 'rows of event cannot be changed'); END`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      isPostgres(queryRunner)
        ? 'DROP TRIGGER event_append_only_truncate ON event'
        : 'DROP TRIGGER event_append_only_insert',
    );
  }
}
