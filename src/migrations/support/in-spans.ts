import type { QueryRunner } from 'typeorm';

/** Maximum number of ids per statement. */
const spanSize = 10_000;

/** Does `work` for all rows of a table, a span of ids at a time. */
export async function inSpans(
  queryRunner: QueryRunner,
  table: string,
  work: (after: number, upTo: number) => Promise<unknown>,
): Promise<void> {
  const [{ first, last }] = (await queryRunner.query(`SELECT MIN(id) AS first, MAX(id) AS last FROM ${table}`)) as [
    { first: number | null; last: number | null },
  ];
  if (first === null || last === null) return;
  for (let after = first - 1; after < last; after += spanSize) await work(after, after + spanSize);
}
