import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** The resources that a process has used so far. */
interface Usage {
  /** Processor time of all its threads. */
  readonly cpuMicroseconds: number;
  /** Resident set size. */
  readonly megabytes: number;
}

const isLinux = process.platform === 'linux';
const ticksPerSecond = isLinux ? Number(execFileSync('getconf', ['CLK_TCK'])) : 0;
const pageBytes = isLinux ? Number(execFileSync('getconf', ['PAGESIZE'])) : 0;

/** Returns the usage of these processes together; null if the system has no /proc. */
export async function usageOf(pids: readonly number[]): Promise<Usage | null> {
  if (!isLinux) return null;
  const usages = await Promise.all(pids.map(readUsage));
  return usages.reduce((one, other) => ({
    cpuMicroseconds: one.cpuMicroseconds + other.cpuMicroseconds,
    megabytes: one.megabytes + other.megabytes,
  }));
}

async function readUsage(pid: number): Promise<Usage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in brackets, which may contain spaces; utime, stime and rss are fields 14, 15 and 24.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    cpuMicroseconds: (ticks / ticksPerSecond) * 1_000_000,
    megabytes: (Number(fields[21]) * pageBytes) / 1_000_000,
  };
}
