import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Whether each has a core to itself; without that, figures of one run may differ more from those of another. */
export const pinned = availableParallelism() > 1 && hasTaskset();

/** The command that runs another on the load generator's core, if cores can be chosen here. */
export const atLoadCore: readonly string[] = at(0);

/** The same for a server: each instance has a core of its own, as far as there are any. */
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
