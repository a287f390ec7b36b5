import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { chartOf } from './chart.js';
import { pinned } from '../cores.js';
import type { Findings } from './figures.js';
import type { Settings } from '../settings.js';

/** The results of a section, with the place and the settings of the measurement. */
export interface Result extends Findings {
  readonly measured: {
    readonly on: string;
    readonly machine: string;
    readonly node: string;
    readonly rounds: number;
    readonly seconds: number;
    readonly connections: number;
    readonly pinned: boolean;
  };
}

/** By section. */
export type Results = Readonly<Record<string, Result>>;

export function resultOf(findings: Findings, { rounds, seconds, connections }: Settings): Result {
  const cores = cpus();
  return {
    measured: {
      on: new Date().toISOString(),
      machine: `${process.platform} ${process.arch}, ${cores.length} × ${cores[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1e9)} GB`,
      node: process.version,
      rounds,
      seconds,
      connections,
      pinned,
    },
    ...findings,
  };
}

/** Writes the results as JSON and as a chart, and keeps those of other sections from earlier runs. */
export async function writeResults(folder: string, found: Results): Promise<void> {
  await mkdir(folder, { recursive: true });
  const results = { ...(await readResults(join(folder, 'results.json'))), ...found };
  await writeFile(join(folder, 'results.json'), `${JSON.stringify(results, rounded, 2)}\n`);
  await writeFile(join(folder, 'results.svg'), chartOf(results));
}

async function readResults(file: string): Promise<Results> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Measurements are not more precise than four digits. */
const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
