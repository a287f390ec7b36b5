import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { UnitOfWork } from '../../src/database/unit-of-work.js';

/** Opens a database for as long as `work` takes. @throws UnusableDatabase */
export async function withDatabase<Result>(
  module: DynamicModule,
  work: (unitOfWork: UnitOfWork) => Promise<Result>,
): Promise<Result> {
  const application = await NestFactory.createApplicationContext(module, {
    logger: ['error', 'warn'],
    abortOnError: false,
    bufferLogs: true,
    autoFlushLogs: false,
  });
  application.flushLogs();
  try {
    return await work(application.get(UnitOfWork));
  } finally {
    await application.close();
  }
}
