import { queryRaw } from './raw-database.js';
import { until } from '../until.js';

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

/**
 * Waits until GET /events shows all committed events. On PostgreSQL, transactions of other databases on the server, such as
 * those of other test files, delay it.
 */
export async function eventsShown(databaseUrl: string): Promise<void> {
  if (databaseUrl.startsWith('sqlite:')) return;
  const hidden = `SELECT 1 FROM event, installation
    WHERE transaction_id >= event_offset + pg_snapshot_xmin(pg_current_snapshot())::text::bigint LIMIT 1`;
  await until('all events are shown', async () => (await queryRaw(databaseUrl, hidden)).length === 0, 5);
}
