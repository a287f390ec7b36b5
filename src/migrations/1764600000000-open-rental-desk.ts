import { type MigrationInterface, type QueryRunner, Table, type TableColumnOptions } from 'typeorm';

const id: TableColumnOptions = {
  name: 'id',
  type: 'integer',
  isPrimary: true,
  isGenerated: true,
  generationStrategy: 'increment',
};
const integer = (name: string): TableColumnOptions => ({ name, type: 'integer' });
const optionalInteger = (name: string): TableColumnOptions => ({ name, type: 'integer', isNullable: true });
const text = (name: string, length: number): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  collation: 'C',
});
const optionalText = (name: string, length: number): TableColumnOptions => ({
  ...text(name, length),
  isNullable: true,
});
const reference = (table: string, column: string, referenced: string) => ({
  name: `fk_${table}_${column}`,
  columnNames: [column],
  referencedTableName: referenced,
  referencedColumnNames: ['id'],
  onDelete: 'RESTRICT',
});

const termsOfMovie = ['rental_days', 'rental_rate', 'late_fee_per_day', 'replacement_cost'];

const tables = [
  new Table({
    name: 'shop',
    columns: [
      { name: 'id', type: 'integer', isPrimary: true },
      text('name', 100),
      text('time_zone', 64),
      text('currency', 3),
      ...[...termsOfMovie, 'grace_days', 'max_late_fee', 'max_open_copies', 'max_renewals'].map(optionalInteger),
      integer('block_when_overdue'),
      optionalInteger('block_when_owing'),
      optionalText('opening_days', 64),
      text('closed_dates', 16_000),
      optionalInteger('hold_shelf_days'),
      optionalInteger('correction_minutes'),
    ],
    checks: [{ name: 'ck_shop_one_row', expression: 'id = 1' }],
  }),
  new Table({
    name: 'client_block',
    columns: [id, integer('client_id'), text('reason', 500), optionalText('until', 10), text('creation_datetime', 24)],
    foreignKeys: [reference('client_block', 'client_id', 'client')],
    indices: [{ name: 'ix_client_block_client_id', columnNames: ['client_id'] }],
  }),
  new Table({
    name: 'renewal',
    columns: [
      id,
      integer('movie_rent_detail_id'),
      text('creation_datetime', 24),
      text('former_due_on', 10),
      text('due_on', 10),
    ],
    foreignKeys: [reference('renewal', 'movie_rent_detail_id', 'movie_rent_detail')],
    indices: [{ name: 'ix_renewal_movie_rent_detail_id', columnNames: ['movie_rent_detail_id'] }],
  }),
  new Table({
    name: 'event',
    columns: [
      id,
      text('type', 64),
      text('resource', 64),
      integer('resource_id'),
      optionalText('actor', 128),
      text('creation_datetime', 24),
      optionalText('request_id', 128),
      { name: 'changes', type: 'text', collation: 'C' },
    ],
    indices: [{ name: 'ix_event_resource_resource_id', columnNames: ['resource', 'resource_id'] }],
  }),
];

/** The columns that existing tables gain, with the type of each. All are null in existing rows. */
const columns: readonly [table: string, column: string, type: string][] = [
  ...termsOfMovie.map((column) => ['movie', column, 'integer'] as [string, string, string]),
  ['client', 'email', 'varchar(254)'],
  ['client', 'phone', 'varchar(64)'],
  ['client', 'max_open_copies', 'integer'],
  ['movie_rent', 'voided_datetime', 'varchar(24)'],
  ['movie_rent_detail', 'lost_datetime', 'varchar(24)'],
  ['movie_rent_detail', 'due_on', 'varchar(10)'],
  ['movie_rent_detail', 'due_datetime', 'varchar(24)'],
  ['movie_rent_detail', 'time_zone', 'varchar(64)'],
  ...[...termsOfMovie, 'grace_days', 'max_late_fee', 'renewals'].map(
    (column) => ['movie_rent_detail', column, 'integer'] as [string, string, string],
  ),
];

const openLine = 'returned_datetime IS NULL AND lost_datetime IS NULL';

/**
 * Lines that ended late, or are out and may become overdue: small, and empty while the shop sets no due dates. The
 * conditions are those of `mayBeOverdue` and `isDueLine` in movie-rent.entity.ts.
 */
const never = `'9999-12-31T23:59:59.999Z'`;
const mayBeOverdue = `due_datetime IS NOT NULL AND due_datetime < COALESCE(returned_datetime, lost_datetime, ${never})`;
const overdueIndexes = {
  ix_movie_rent_detail_may_be_overdue: `(COALESCE(due_datetime, ${never}), id) WHERE ${mayBeOverdue}`,
  ix_movie_rent_detail_may_be_overdue_by_id: `(id) WHERE ${mayBeOverdue}`,
  ix_movie_rent_detail_open_lines_by_due: `(COALESCE(due_datetime, ${never}), id) WHERE ${openLine} AND due_datetime IS NOT NULL`,
};

/** Adds the shop's policy, terms and due dates of lines, renewals, blocks of clients, and the record of events. */
export class OpenRentalDesk1764600000000 implements MigrationInterface {
  readonly name = 'OpenRentalDesk1764600000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    if (isPostgres(queryRunner)) await queryRunner.query('SET LOCAL statement_timeout = 0');
    for (const table of tables.map((table) => table.clone())) {
      if (!isPostgres(queryRunner)) for (const column of table.columns) column.collation = undefined;
      await queryRunner.createTable(table);
    }
    await queryRunner.query(
      `INSERT INTO shop (id, name, time_zone, currency, block_when_overdue, closed_dates)
       VALUES (1, 'Movie rental', 'UTC', 'EUR', 0, '[]')`,
    );
    for (const [table, column, type] of columns) {
      const collation = isPostgres(queryRunner) && type !== 'integer' ? ' COLLATE "C"' : '';
      await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}${collation}`);
    }
    await createLoanView(queryRunner, 'returned_datetime, lost_datetime, due_on, due_datetime');
    await queryRunner.query(`
      CREATE VIEW open_loan AS
      SELECT id, movie_rent_id, client_id, movie_copy_id, due_on, due_datetime
      FROM movie_rent_detail WHERE ${openLine}`);
    await indexOpenLines(queryRunner, openLine);
    await makeAppendOnly(queryRunner, 'event');
    for (const [name, on] of Object.entries(overdueIndexes)) {
      await queryRunner.query(`CREATE INDEX ${name} ON movie_rent_detail ${on}`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    if (isPostgres(queryRunner)) await queryRunner.query('SET LOCAL statement_timeout = 0');
    // The former release knows no other end of a loan than its return.
    await queryRunner.query(
      'UPDATE movie_rent_detail SET returned_datetime = lost_datetime WHERE returned_datetime IS NULL',
    );
    for (const name of Object.keys(overdueIndexes)) await queryRunner.query(`DROP INDEX ${name}`);
    await queryRunner.query('DROP VIEW open_loan');
    await createLoanView(queryRunner, 'returned_datetime');
    await indexOpenLines(queryRunner, 'returned_datetime IS NULL');
    for (const table of [...tables].reverse()) await queryRunner.dropTable(table.name);
    if (isPostgres(queryRunner)) await queryRunner.query('DROP FUNCTION refuse_change_of_event');
    for (const [table, column] of [...columns].reverse()) {
      await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN ${column}`);
    }
  }
}

const isPostgres = ({ connection }: QueryRunner): boolean => connection.options.type === 'postgres';

async function createLoanView(queryRunner: QueryRunner, columnsOfLine: string): Promise<void> {
  await queryRunner.query('DROP VIEW loan');
  await queryRunner.query(`
      CREATE VIEW loan AS
      SELECT movie_rent_detail.id, movie_rent_id, movie_rent.client_id, movie_copy_id, ${columnsOfLine}
      FROM movie_rent_detail LEFT JOIN movie_rent ON movie_rent.id = movie_rent_id`);
}

/** `movie_rent_id > 0` and why it is there: see the migration IndexWhatIsOut. */
async function indexOpenLines(queryRunner: QueryRunner, isOpen: string): Promise<void> {
  await queryRunner.query('DROP INDEX ix_movie_rent_detail_one_open_line_per_copy');
  await queryRunner.query('DROP INDEX ix_movie_rent_detail_open_lines');
  await queryRunner.query(
    `CREATE UNIQUE INDEX ix_movie_rent_detail_one_open_line_per_copy ON movie_rent_detail (movie_copy_id) WHERE ${isOpen}`,
  );
  await queryRunner.query(
    `CREATE INDEX ix_movie_rent_detail_open_lines ON movie_rent_detail (movie_rent_id) WHERE ${isOpen} AND movie_rent_id > 0`,
  );
  await queryRunner.query('DROP INDEX ix_movie_rent_detail_open_lines_of_client');
  await queryRunner.query(
    `CREATE INDEX ix_movie_rent_detail_open_lines_of_client ON movie_rent_detail (client_id) WHERE ${isOpen} AND client_id > 0`,
  );
}

/** Makes the database refuse every change of a recorded row. */
async function makeAppendOnly(queryRunner: QueryRunner, table: string): Promise<void> {
  const refusal = `rows of ${table} cannot be changed`;
  if (isPostgres(queryRunner)) {
    await queryRunner.query(
      `CREATE FUNCTION refuse_change_of_${table}() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION '${refusal}'; END $$`,
    );
    await queryRunner.query(
      `CREATE TRIGGER ${table}_append_only BEFORE UPDATE OR DELETE ON ${table}
       FOR EACH ROW EXECUTE FUNCTION refuse_change_of_${table}()`,
    );
    return;
  }
  for (const change of ['UPDATE', 'DELETE']) {
    await queryRunner.query(
      `CREATE TRIGGER ${table}_append_only_${change.toLowerCase()} BEFORE ${change} ON ${table}
       BEGIN SELECT RAISE(ABORT, '${refusal}'); END`,
    );
  }
}
