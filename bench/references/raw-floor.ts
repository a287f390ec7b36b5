import sqlite3 from 'sqlite3';
import { median, percentile } from '../report/statistics.js';
import { readArguments } from '../../scripts/support/arguments.js';
import type { Figures } from '../report/figures.js';

/**
 * The transactions of POST /movie_rents with two lines, and with `close` also of PUT /movie_rents/{id}/close, as
 * statements alone: no HTTP, no validation, no TypeORM, one after another, each on disk before the next begins.
 */
const usage = {
  command: 'node dist/bench/references/raw-floor.js',
  summary: 'Measures the SQL statements of a rental without the service, and prints the figures.',
  positionals: ['<file>', '<seconds>', '[close...]'],
};
const [file, seconds, mode] = readArguments(usage, process.argv.slice(2))!.positionals;
const database = new sqlite3.Database(file!);

function run(sql: string, ...values: unknown[]): Promise<number> {
  return new Promise((done, fail) =>
    database.run(sql, values, function (error) {
      if (error) fail(error);
      else done(this.lastID);
    }),
  );
}

function all<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
  return new Promise((done, fail) =>
    database.all<Row>(sql, values, (error, rows) => (error ? fail(error) : done(rows))),
  );
}

const readRental = (rentId: number) =>
  all(
    `SELECT rent.*, line.*, copy.*, movie.* FROM movie_rent rent
     JOIN movie_rent_detail line ON line.movie_rent_id = rent.id
     JOIN movie_copy copy ON copy.id = line.movie_copy_id
     JOIN movie ON movie.id = copy.movie_id
     WHERE rent.id = ?`,
    rentId,
  );

/** @returns the id of the rental */
async function rent(clientId: number, copyIds: readonly [number, number]): Promise<number> {
  await run('BEGIN IMMEDIATE');
  const clients = await all('SELECT 1 FROM client WHERE id = ?', clientId);
  const copies = await all<{ open: number | null }>(
    `SELECT copy.*, line.id AS open FROM movie_copy copy
     LEFT JOIN movie_rent_detail line ON line.movie_copy_id = copy.id AND line.returned_datetime IS NULL
     WHERE copy.id IN (?, ?)`,
    ...copyIds,
  );
  if (clients.length !== 1 || copies.length !== 2 || copies.some(({ open }) => open)) {
    throw new Error(`The raw floor can't rent the copies ${copyIds.join(' and ')}: they are out, or there are none.`);
  }
  const now = new Date().toISOString();
  const rentId = await run('INSERT INTO movie_rent (client_id, creation_datetime) VALUES (?, ?)', clientId, now);
  await run(
    'INSERT INTO movie_rent_detail (movie_rent_id, client_id, movie_copy_id, lent_datetime) VALUES (?, ?, ?, ?), (?, ?, ?, ?)',
    ...copyIds.flatMap((copyId) => [rentId, clientId, copyId, now]),
  );
  await readRental(rentId);
  await run('COMMIT');
  return rentId;
}

async function close(rentId: number): Promise<void> {
  await run('BEGIN IMMEDIATE');
  await readRental(rentId);
  await run(
    'UPDATE movie_rent_detail SET returned_datetime = ? WHERE movie_rent_id = ? AND returned_datetime IS NULL',
    new Date().toISOString(),
    rentId,
  );
  await run('COMMIT');
}

for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON']) await run(`PRAGMA ${pragma}`);
const free = await all<{ id: number }>(
  'SELECT id FROM movie_copy WHERE NOT EXISTS (SELECT 1 FROM movie_rent_detail WHERE movie_copy_id = movie_copy.id AND returned_datetime IS NULL) ORDER BY random()',
);
const latencies: number[] = [];
const cpuBefore = process.cpuUsage();
const start = performance.now();
const end = start + Number(seconds) * 1000;
for (let now = start; now < end;) {
  const [one, other] = [free.pop(), free.pop()];
  if (!one || !other) throw new Error('The raw floor has lent every copy; give the shop more.');
  const rentId = await rent(1, [one.id, other.id]);
  if (mode === 'close') await close(rentId);
  const then = performance.now();
  latencies.push(then - now);
  now = then;
}
const cpu = process.cpuUsage(cpuBefore);
const figures: Figures = {
  perSecond: latencies.length / ((performance.now() - start) / 1000),
  p50: median(latencies),
  p99: percentile(latencies, 0.99),
  cpuMicroseconds: (cpu.user + cpu.system) / latencies.length,
};
console.log(JSON.stringify(figures));
database.close();
