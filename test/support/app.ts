import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import supertest from 'supertest';
import { createApp } from '../../src/app.setup.js';

export type Api = ReturnType<typeof supertest>;

/** A service of one's own, listening, on a fresh SQLite file. */
export async function openShop(): Promise<{ api: Api; url: string; databaseFile: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'movie-rental-'));
  const databaseFile = join(folder, 'shop.sqlite');
  const app: INestApplication = await createApp({
    HOST: '127.0.0.1',
    PORT: 0,
    DATABASE_URL: `sqlite:${databaseFile}`,
    LOG_LEVEL: 'fatal',
  });
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${((app.getHttpServer() as { address(): unknown }).address() as AddressInfo).port}`;
  return {
    api: supertest(url),
    url,
    databaseFile,
    async close() {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
