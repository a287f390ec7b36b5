import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import supertest from 'supertest';
import { createApp } from '../../src/app.setup.js';
import { freshDatabase } from './engine.js';

export type Api = ReturnType<typeof supertest>;

/** A service of one's own, listening, on a fresh database. */
export async function openShop(): Promise<{ api: Api; url: string; databaseUrl: string; close(): Promise<void> }> {
  const database = await freshDatabase();
  const app: INestApplication = await createApp({
    HOST: '127.0.0.1',
    PORT: 0,
    DATABASE_URL: database.url,
    LOG_LEVEL: 'fatal',
  });
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${((app.getHttpServer() as { address(): unknown }).address() as AddressInfo).port}`;
  return {
    api: supertest(url),
    url,
    databaseUrl: database.url,
    async close() {
      await app.close();
      await database.drop();
    },
  };
}
