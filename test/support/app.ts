import { Agent, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import supertest, { type Response, type Test } from 'supertest';
import { createApp } from '../../src/app.setup.js';
import { Contract, type OpenApi } from './http/contract.js';
import { freshDatabase } from './engine.js';
import { generousLimits, withGenerousLockTimeout } from './faults/generous-limits.js';

export type Api = ReturnType<typeof supertest>;

interface Circumstances {
  /** The URL of a database that exists, in place of a fresh one. */
  readonly databaseUrl?: string;
  /** Returns the URL by which the service reaches the database. */
  readonly reachedBy?: (url: string) => Promise<string>;
  readonly environment?: Partial<Parameters<typeof createApp>[0]>;
  readonly receiveTimeouts?: NonNullable<Parameters<typeof createApp>[1]>['receiveTimeouts'];
  /** A credential that may read the OpenAPI document, if that is not public. */
  readonly credential?: string;
  /** The address to listen on, other than 127.0.0.1. */
  readonly host?: string;
}

/** A clock that runs until it is set, and then stands still. */
class SettableClock {
  private stopped?: Date;

  now(): Date {
    return this.stopped ?? new Date();
  }

  set(instant: string): void {
    this.stopped = new Date(instant);
  }

  run(): void {
    this.stopped = undefined;
  }
}

/** A service in this process, which checks every response against the OpenAPI document. */
export interface RunningShop {
  /** The application, for what HTTP can't cause. */
  readonly app: INestApplication;
  readonly clock: SettableClock;
  readonly api: Api;
  readonly contract: Contract;
  readonly url: string;
  readonly databaseUrl: string;
  close(): Promise<void>;
}

/** Starts a service, on a fresh database unless one is given. */
export async function openShop(circumstances: Circumstances = {}): Promise<RunningShop> {
  const { databaseUrl, reachedBy, environment, receiveTimeouts, credential, host = '127.0.0.1' } = circumstances;
  const database = databaseUrl ? { url: databaseUrl, drop: () => Promise.resolve() } : await freshDatabase();
  const clock = new SettableClock();
  const app: INestApplication = await createApp(
    {
      HOST: host,
      PORT: 0,
      DATABASE_URL: withGenerousLockTimeout(reachedBy ? await reachedBy(database.url) : database.url),
      DATABASE_REPLICA_URL: '',
      ALLOWED_HOSTS: '',
      CORS_ORIGINS: '',
      PUBLIC_URL: '',
      MAX_PIPELINED_REQUESTS: 4,
      SEND_TIMEOUT_MS: 20_000,
      MIN_SEND_RATE: 1024,
      MAX_BUFFERED_BYTES: 67_108_864,
      MAX_CONNECTIONS: 10_000,
      SHUTDOWN_GRACE_MS: 0,
      WAL_LIMIT_MB: 64,
      RATE_LIMIT: '',
      TRUSTED_PROXIES: '',
      LOG_LEVEL: 'fatal',
      NODE_ENV: 'test',
      ALLOW_ANONYMOUS: host === '127.0.0.1' ? 'false' : 'true',
      JWT_ISSUER: '',
      JWT_AUDIENCE: '',
      JWT_JWKS_URL: '',
      METRICS_ACCESS: 'loopback',
      DOCS_ACCESS: 'public',
      ...generousLimits,
      ...environment,
    },
    { receiveTimeouts, clock },
  );
  await app.listen(0, host);
  const url = `http://127.0.0.1:${((app.getHttpServer() as { address(): unknown }).address() as AddressInfo).port}`;
  const contract = await contractAt(url, environment?.PUBLIC_URL, credential);
  return {
    app,
    clock,
    api: checkedBy(contract, supertest(url)),
    contract,
    url,
    databaseUrl: database.url,
    async close() {
      await app.close();
      await database.drop();
    },
  };
}

/** Returns the API of a service that was started elsewhere. */
export async function apiAt(url: string): Promise<Api> {
  return checkedBy(await contractAt(url), supertest(url));
}

const contracts = new Map<string, Contract>();

/** Fetches the document once for each PUBLIC_URL, the only setting that changes it. */
async function contractAt(url: string, publicUrl = '', credential = ''): Promise<Contract> {
  const known = contracts.get(publicUrl);
  if (known) return known;
  const headers = credential ? { Authorization: `Bearer ${credential}` } : undefined;
  const contract = new Contract((await (await fetch(`${url}/openapi.json`, { headers })).json()) as OpenApi);
  contracts.set(publicUrl, contract);
  return contract;
}

/** Keeps connections open, like most clients. */
const agent = new Agent({ keepAlive: true, scheduling: 'fifo' });

/** supertest captures a stack trace for each expectation: slow, and the same for all requests. */
function withoutStack<Result>(work: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Returns the API such that the contract checks each response before the test gets it. */
function checkedBy(contract: Contract, api: Api): Api {
  const check = (response: Response): void => {
    const { method, path: target } = response.request.req as ClientRequest;
    const { status, headers, text = '' } = response as Omit<Response, 'headers'> & { headers: IncomingHttpHeaders };
    contract.validate({ method, target, status, headers, body: text });
  };
  const held = (test: Test): Test => withoutStack(() => test.agent(agent).expect(check));
  return new Proxy(api, {
    get(target, name: keyof Api) {
      const member: unknown = target[name];
      return typeof member === 'function' ? (path: string) => held((member as (path: string) => Test)(path)) : member;
    },
  });
}
