import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../scripts/servers/embedded-postgres.js';
import { Progress } from '../scripts/support/progress.js';
import { Contender } from './contender.js';
import { openDatabase } from './database.js';
import { fillShop } from './load/fill-shop.js';
import { LoadGenerator } from './load/load-generator.js';
import type { Settings } from './settings.js';
import { type Measurement, Rounds } from './rounds.js';
import type { ShopSize } from './target.js';
import type { WorkName } from './works.js';

/** Opens a shop at a database: the service or its naive version. */
export type Opening = (databaseUrl: string, size?: ShopSize) => Promise<Contender>;

/** The environment of one section: stops what it has started, and removes what it has stored, when it is cleared. */
export class Bench {
  private readonly generator = LoadGenerator.start();
  private readonly cleanups: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly settings: Settings,
    readonly progress: Progress,
    private readonly folder: string,
  ) {}

  static async open(settings: Settings): Promise<Bench> {
    // On the same disk as the service's own file: folders for temporary files may be in memory.
    await mkdir('data', { recursive: true });
    return new Bench(settings, new Progress(), await mkdtemp(join('data', 'bench-')));
  }

  async started(contender: Promise<Contender>): Promise<Contender> {
    const running = await contender;
    this.onClear(() => running.stop());
    return running;
  }

  /** Opens a shop of a size at an empty database: `opening` creates the schema, and runs again after it is filled. */
  async filled(opening: Opening, databaseUrl: string, size: ShopSize): Promise<Contender> {
    await this.fill(opening, databaseUrl, size);
    return this.started(opening(databaseUrl, size));
  }

  async fill(opening: Opening, databaseUrl: string, size: ShopSize): Promise<void> {
    await (await opening(databaseUrl)).stop();
    const database = await openDatabase(databaseUrl);
    await fillShop(database, size, this.progress).finally(() => database.close());
  }

  /** Starts a PostgreSQL with its default durability, and returns a function that creates databases. */
  async startPostgres(): Promise<(name: string) => Promise<string>> {
    const server = await startEmbeddedPostgres();
    this.onClear(() => server.stop());
    return async (name) => {
      const database = await openDatabase(server.url);
      await database.run(`CREATE DATABASE ${name}`).finally(() => database.close());
      return Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
    };
  }

  /** The path of a new SQLite file. */
  file(name: string): string {
    return join(this.folder, `${name}.sqlite`);
  }

  async copyOf(file: string, name: string): Promise<string> {
    await copyFile(file, this.file(name));
    return this.file(name);
  }

  of(contender: Contender, work: WorkName): Measurement {
    return contender.at(work, this.generator, this.settings.connections);
  }

  alone(contender: Contender, work: WorkName): Measurement {
    return contender.alone(work, this.generator);
  }

  rounds(name: string, measurements: readonly Measurement[]): Promise<Rounds> {
    return Rounds.take(name, measurements, this.settings, this.progress);
  }

  private onClear(cleanup: () => Promise<unknown>): void {
    this.cleanups.push(cleanup);
  }

  async clear(): Promise<void> {
    this.generator.stop();
    for (const cleanup of this.cleanups.reverse()) await cleanup();
    await rm(this.folder, { recursive: true });
  }
}
