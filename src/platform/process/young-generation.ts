import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation at 1 MB. V8 doubles it while much of it survives, as during module loading, and releases
 * the memory late or never. The idle service needs 20 MB less and starts as fast.
 */
export function limitYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Lets the young generation grow again with the load. */
export function unlimitYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
