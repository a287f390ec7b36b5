import { type MigrationInterface, type QueryRunner, Table, type TableColumnOptions } from 'typeorm';

/** Compares by code points, as SQLite does by default under another name. */
const collation = 'C';

const id: TableColumnOptions = {
  name: 'id',
  type: 'integer',
  isPrimary: true,
  isGenerated: true,
  generationStrategy: 'increment',
};
const text = (name: string, length: number): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  collation,
});
const optionalText = (name: string, length: number) => ({ ...text(name, length), isNullable: true });
const integer = (name: string): TableColumnOptions => ({ name, type: 'integer' });
const reference = (table: string, column: string, referenced: string) => ({
  name: `fk_${table}_${column}`,
  columnNames: [column],
  referencedTableName: referenced,
  referencedColumnNames: ['id'],
  onDelete: 'RESTRICT',
});

/** In the order of creation; dropped in reverse. */
const tables = [
  new Table({
    name: 'genre',
    columns: [id, text('name', 100), text('name_key', 300), optionalText('description', 2000)],
    indices: [{ name: 'ix_genre_name_key', columnNames: ['name_key'], isUnique: true }],
  }),
  new Table({
    name: 'movie',
    columns: [
      id,
      text('title', 255),
      text('title_search', 600),
      optionalText('description', 5000),
      integer('year'),
      optionalText('director', 255),
      integer('genre_id'),
    ],
    foreignKeys: [reference('movie', 'genre_id', 'genre')],
    indices: [
      { name: 'ix_movie_title_search', columnNames: ['title_search'] },
      { name: 'ix_movie_year', columnNames: ['year'] },
      { name: 'ix_movie_genre_id', columnNames: ['genre_id'] },
    ],
  }),
  new Table({
    name: 'movie_copy',
    columns: [id, integer('movie_id'), text('code', 64), text('service_state', 16)],
    foreignKeys: [reference('movie_copy', 'movie_id', 'movie')],
    indices: [
      { name: 'ix_movie_copy_code', columnNames: ['code'], isUnique: true },
      { name: 'ix_movie_copy_movie_id', columnNames: ['movie_id'] },
    ],
    checks: [
      {
        name: 'ck_movie_copy_service_state',
        expression: `service_state IN ('in_service', 'maintenance', 'lost', 'retired')`,
      },
    ],
  }),
  new Table({
    name: 'client',
    columns: [
      id,
      text('first_name', 100),
      text('last_name', 100),
      text('name_search', 600),
      text('name_sort', 600),
      optionalText('address', 500),
      optionalText('license_number', 64),
    ],
    indices: [
      { name: 'ix_client_license_number', columnNames: ['license_number'], isUnique: true },
      { name: 'ix_client_name_sort', columnNames: ['name_sort'] },
    ],
  }),
  new Table({
    name: 'movie_rent',
    columns: [id, integer('client_id'), text('creation_datetime', 24)],
    foreignKeys: [reference('movie_rent', 'client_id', 'client')],
    indices: [
      { name: 'ix_movie_rent_client_id', columnNames: ['client_id'] },
      { name: 'ix_movie_rent_creation_datetime', columnNames: ['creation_datetime'] },
    ],
  }),
  new Table({
    name: 'movie_rent_detail',
    columns: [id, integer('movie_rent_id'), integer('movie_copy_id'), optionalText('returned_datetime', 24)],
    foreignKeys: [
      reference('movie_rent_detail', 'movie_rent_id', 'movie_rent'),
      reference('movie_rent_detail', 'movie_copy_id', 'movie_copy'),
    ],
    indices: [
      { name: 'ix_movie_rent_detail_movie_rent_id', columnNames: ['movie_rent_id'] },
      { name: 'ix_movie_rent_detail_movie_copy_id', columnNames: ['movie_copy_id'] },
      // The first invariant of the shop: a copy is never rented twice at the same time.
      {
        name: 'ix_movie_rent_detail_one_open_line_per_copy',
        columnNames: ['movie_copy_id'],
        isUnique: true,
        where: 'returned_datetime IS NULL',
      },
      {
        name: 'ix_movie_rent_detail_open_lines',
        columnNames: ['movie_rent_id'],
        where: 'returned_datetime IS NULL',
      },
    ],
  }),
];

export class CreateShop1764000000000 implements MigrationInterface {
  readonly name = 'CreateShop1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const isPostgres = queryRunner.connection.options.type === 'postgres';
    for (const table of tables.map((table) => table.clone())) {
      if (!isPostgres) for (const column of table.columns) column.collation = undefined;
      await queryRunner.createTable(table);
    }
    await queryRunner.query(`
      CREATE VIEW loan AS
      SELECT movie_rent_detail.id, movie_rent_id, client_id, movie_copy_id, returned_datetime
      FROM movie_rent_detail LEFT JOIN movie_rent ON movie_rent.id = movie_rent_id`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP VIEW loan');
    for (const table of [...tables].reverse()) await queryRunner.dropTable(table.name);
  }
}
