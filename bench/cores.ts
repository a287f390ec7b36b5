import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Whether server and load generator have a core each; otherwise figures of different runs may differ more. */
export const pinned = availableParallelism() > 1 && hasTaskset();

/** The command that runs another one on the core of the load generator, if cores can be chosen. */
export const atLoadCore: readonly string[] = at(0);

/** The same for a server: each instance has a core of its own, if there are enough. */
export const atServerCore = (instance = 0): readonly string[] => at(1 + (instance % (availableParallelism() - 1)));

function at(core: number): string[] {
  return pinned ? ['taskset', '-c', String(core)] : [];
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
