import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module.js';
import { type Environment, InvalidEnvironment, readEnvironment } from '../../src/config/environment.js';
import { UnusableDatabase } from '../../src/database/unusable-database.js';
import { UnitOfWork } from '../../src/database/unit-of-work.js';
import { UnusableInput } from './input.js';
import { loadShop } from './load-shop.js';
import { Progress } from './progress.js';
import { type Counts, countOf, type Shop } from './shop.js';

/** The whole of an import command: stores what `read` gives, says what came of it and sets the exit code. */
export async function runImport(read: () => Promise<Shop>): Promise<void> {
  try {
    const environment = readEnvironment(process.env);
    const shop = await read();
    console.log(summary(await store(shop, environment), countOf(shop), environment.DATABASE_URL));
  } catch (error) {
    const foreseen = [UnusableInput, InvalidEnvironment, UnusableDatabase].some((type) => error instanceof type);
    console.error(foreseen ? (error as Error).message : error);
    process.exitCode = 1;
  }
}

async function store(shop: Shop, environment: Environment): Promise<Counts> {
  const application = await NestFactory.createApplicationContext(AppModule.with(environment), {
    logger: ['error', 'warn'],
    abortOnError: false,
    bufferLogs: true,
    autoFlushLogs: false,
  });
  application.flushLogs();
  try {
    return await loadShop(application.get(UnitOfWork), shop, new Progress());
  } finally {
    await application.close();
  }
}

function summary(added: Counts, given: Counts, databaseUrl: string): string {
  const lines = (Object.keys(added) as (keyof Counts)[]).map(
    (kind) => `  ${kind.padEnd(8)}${cell(added[kind])} added${cell(given[kind] - added[kind])} there already`,
  );
  return [`Imported into ${databaseUrl}:`, ...lines].join('\n');
}

const cell = (count: number) => String(count).padStart(7);
