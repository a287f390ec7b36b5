/** What a connection is used for. The cost of a lookup is bounded for all values; a scan may be slow. */
export type Workload = 'urgent lookup' | 'lookup' | 'scan' | 'write';

export function byWorkload<Value>(initial: () => Value): Record<Workload, Value> {
  return { 'urgent lookup': initial(), lookup: initial(), scan: initial(), write: initial() };
}
