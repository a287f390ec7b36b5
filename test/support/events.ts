import { queryRaw } from './raw-database.js';

export interface RecordedEvent {
  readonly id: number;
  readonly type: string;
  readonly resource: string;
  readonly resource_id: number;
  readonly actor: string | null;
  readonly request_id: string | null;
  /* eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests know the members of each type */
  readonly changes: Readonly<Record<string, any>>;
}

/** Returns the recorded events in the order of their ids. @param condition a condition in SQL */
export async function recordedEvents(databaseUrl: string, condition = 'true'): Promise<RecordedEvent[]> {
  const rows = await queryRaw<Omit<RecordedEvent, 'changes'> & { changes: string }>(
    databaseUrl,
    `SELECT id, type, resource, resource_id, actor, request_id, changes FROM event WHERE ${condition} ORDER BY id`,
  );
  return rows.map((row) => ({ ...row, changes: JSON.parse(row.changes) as RecordedEvent['changes'] }));
}
