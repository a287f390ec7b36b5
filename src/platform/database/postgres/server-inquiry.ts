import { DatabaseError } from 'pg';
import { AbortableClient } from './abortable-client.js';
import { withinAnswerTimeout } from './answer-timeout.js';
import type { ServerInquiry } from './server-watchdog.js';

/** A backend with the wait event 'Client' makes no progress: it waits to receive a statement or to send rows. */
const workingSql = `SELECT backend FROM unnest($1::text[]) AS backend JOIN pg_stat_activity
  ON pid = split_part(backend, '/', 1)::int AND backend = pid || '/' || extract(epoch FROM backend_start)
  WHERE state = 'active' AND wait_event_type IS DISTINCT FROM 'Client'`;
const terminateSql = `SELECT pg_terminate_backend(pid) FROM unnest($1::text[]) AS backend JOIN pg_stat_activity
  ON pid = split_part(backend, '/', 1)::int AND backend = pid || '/' || extract(epoch FROM backend_start)`;

/** Queries the server at `url` on a new connection each time, because existing connections may be dead. */
export function serverInquiryAt(url: string): ServerInquiry {
  return {
    workingBackends(backends) {
      return onNewConnection(url, async (client) => {
        // A timeout does not prove an outage: a pooler may have no free connection to the server.
        const query = client.query<{ backend: string }>(workingSql, [backends]);
        const answer = await withinAnswerTimeout(query).catch(() => undefined);
        return answer && new Set(answer.rows.map(({ backend }) => backend));
      });
    },
    async terminate(backends) {
      await onNewConnection(url, (client) => withinAnswerTimeout(client.query(terminateSql, [backends]))).catch(
        () => undefined,
      );
    },
  };
}

/** @returns undefined if the server rejects the connection, for example at max_connections: it is available */
async function onNewConnection<Result>(
  url: string,
  inquire: (client: AbortableClient) => Promise<Result>,
): Promise<Result | undefined> {
  const client = new AbortableClient({ connectionString: url, application_name: 'movie-rental watchdog' });
  client.on('error', () => undefined);
  try {
    await withinAnswerTimeout(client.connect());
    return await inquire(client);
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    client.abort();
    throw error;
  } finally {
    void client.end();
  }
}
