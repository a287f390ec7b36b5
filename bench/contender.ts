import { setTimeout as later } from 'node:timers/promises';
import { dataSourceOptions } from '../ormconfig.js';
import { Clock } from '../src/kernel/clock.js';
import { KeyManagement } from '../src/platform/auth/api-keys/key-management.js';
import type { UnitOfWork } from '../src/platform/database/unit-of-work.js';
import { withDatabase } from '../src/platform/database/with-database.js';
import { Program, startService } from '../scripts/servers/program.js';
import { atServerCore } from './cores.js';
import type { Figures } from './report/figures.js';
import type { Job } from './load/load.js';
import type { LoadGenerator } from './load/load-generator.js';
import type { Measurement } from './rounds.js';
import type { ShopSize, Target } from './target.js';
import { usageOf } from './usage.js';
import type { WorkName } from './works.js';

/** A server that is measured: the service, or a reference. */
export class Contender {
  private constructor(
    readonly name: string,
    private readonly programs: readonly Program[],
    private readonly target: Target,
  ) {}

  /** A reference without a shop. */
  static async bare(name: string, reference: string): Promise<Contender> {
    const program = startReference(reference);
    return new Contender(name, [program], { urls: [await program.url()] });
  }

  static async naive(name: string, databaseUrl: string, size?: ShopSize): Promise<Contender> {
    const program = startReference('naive', databaseUrl);
    return new Contender(name, [program], { urls: [await program.url()], size });
  }

  /** The built service, from dist. */
  static async ours(name: string, databaseUrl: string, size?: ShopSize, instances = 1): Promise<Contender> {
    const started = [];
    // One after another: the first of them migrates.
    for (let instance = 0; instance < instances; instance++) {
      started.push(await startService({ DATABASE_URL: databaseUrl }, atServerCore(instance)));
    }
    const urls = started.map(({ url }) => url);
    return new Contender(
      name,
      started.map(({ service }) => service),
      { urls, size },
    );
  }

  /** The service with authentication: all requests have an API key. */
  static async secured(name: string, databaseUrl: string, size?: ShopSize): Promise<Contender> {
    const token = await withDatabase(dataSourceOptions(databaseUrl), createKey);
    const { service, url } = await startService({ DATABASE_URL: databaseUrl }, atServerCore());
    return new Contender(name, [service], { urls: [url], size, token });
  }

  /** @param connections concurrent connections, each with one request in flight */
  at(work: WorkName, generator: LoadGenerator, connections: number): Measurement {
    return this.measurement(work, generator, (seconds) => ({ connections, until: { seconds } }));
  }

  /** Measures a few requests one after another, for requests that take long. */
  alone(work: WorkName, generator: LoadGenerator): Measurement {
    return this.measurement(work, generator, () => ({ connections: 1, until: { times: 3 } }));
  }

  /** Waits until the server is ready. */
  async waitUntilReady(): Promise<void> {
    while ((await fetch(`${this.target.urls[0]}/health/ready`)).status !== 200) await later(5);
  }

  /** Megabytes; undefined if the system does not report it. */
  async memory(): Promise<number | undefined> {
    return (await this.usage())?.megabytes;
  }

  async stop(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.kill('SIGTERM')));
  }

  private measurement(
    work: WorkName,
    generator: LoadGenerator,
    extent: (seconds: number) => Pick<Job, 'connections' | 'until'>,
  ): Measurement {
    return {
      work,
      contender: this.name,
      measure: async (seconds): Promise<Figures> => {
        const before = await this.usage();
        const { done, ...figures } = await generator.perform({ work, target: this.target, ...extent(seconds) });
        const after = await this.usage();
        return {
          ...figures,
          ...(before &&
            after && {
              cpuMicroseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / done,
              megabytes: after.megabytes,
            }),
        };
      },
    };
  }

  private usage() {
    return usageOf(this.programs.map(({ pid }) => pid));
  }
}

/** @returns the token of a new API key */
function createKey(unitOfWork: UnitOfWork): Promise<string> {
  const scopes = ['catalog:read', 'rentals:write'] as const;
  return new KeyManagement(unitOfWork, new Clock(), {}).create({
    name: 'bench',
    scopes,
    clientId: null,
    lifetimeMs: null,
  });
}

function startReference(name: string, databaseUrl?: string): Program {
  return Program.start(`bench/references/${name}.js`, { DATABASE_URL: databaseUrl }, [], {
    launcher: atServerCore(),
  });
}
