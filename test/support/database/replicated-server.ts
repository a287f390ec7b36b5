import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  copyCluster,
  type PostgresServer,
  prepareServer,
  serverFolder,
} from '../../../scripts/servers/embedded-postgres.js';

/** A PostgreSQL server and a hot standby that streams from it. */
export interface ReplicatedServer {
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  /** Makes the standby receive commits without showing them, until it resumes. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
  stop(): Promise<void>;
}

export async function startReplicatedServer(): Promise<ReplicatedServer> {
  const { folder, remove } = await serverFolder();
  const primary = await prepareServer(join(folder, 'primary'), ['wal_level=replica']);
  const source = new URL(primary.url);
  const standbyFolder = join(folder, 'standby');
  const standby = await prepareServer(
    standbyFolder,
    [`primary_conninfo=host=127.0.0.1 port=${source.port} user=postgres password=postgres`],
    async () => {
      await copyCluster(primary.databaseDir, standbyFolder);
      await writeFile(join(standbyFolder, 'standby.signal'), '');
    },
  );
  await primary.start();
  await standby.start();
  const onStandby = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: standby.url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  return {
    primary,
    standby,
    pauseReplay: () => onStandby('SELECT pg_wal_replay_pause()'),
    resumeReplay: () => onStandby('SELECT pg_wal_replay_resume()'),
    async stop() {
      await standby.stop();
      await primary.stop();
      await remove();
    },
  };
}
