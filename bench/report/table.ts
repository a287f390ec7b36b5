import Table from 'cli-table3';
import type { Result } from './results.js';
import { boundOf, verdictOn, worded } from './wording.js';

/** Returns the results of one section as tables for a terminal. */
export function tablesOf(name: string, { rows, goals, notes }: Result): string {
  const figures = table(['work', 'contender', 'per second', 'p50 ms', 'p99 ms', 'CPU µs', 'MB', 'compared']);
  for (const row of rows) {
    const compared = Object.entries(row.ratios).map(([reference, ratio]) => `${worded(ratio)} × ${reference}`);
    const { perSecond, p50, p99, cpuMicroseconds, megabytes } = row;
    figures.push([
      row.work,
      row.contender,
      ...[perSecond, p50, p99, cpuMicroseconds, megabytes].map(worded),
      compared.join(', '),
    ]);
  }
  const goalTable = table(['work', 'figure', 'goal', '']);
  for (const goal of goals) {
    goalTable.push([goal.work, `${worded(goal.figure)} ${goal.unit}`, boundOf(goal), verdictOn(goal)]);
  }
  return [`\n${name}`, ...(rows.length > 0 ? [figures] : []), ...(goals.length > 0 ? [goalTable] : []), ...notes].join(
    '\n',
  );
}

const table = (head: string[]) => new Table({ head, style: { head: [], border: [] } });
