import { AbstractLogger } from 'typeorm';
/** @private-api of typeorm: LoggerFactory */
import { LoggerFactory } from 'typeorm/logger/LoggerFactory.js';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A TypeORM logger that records every statement of a DataSource. */
export class QueryRecorder extends AbstractLogger {
  readonly statements: Statement[] = [];

  /** Records the statements of every DataSource that `open` creates. */
  static async record<Opened>(open: () => Promise<Opened>): Promise<{ opened: Opened; recorder: QueryRecorder }> {
    const recorder = new QueryRecorder();
    const { prototype } = LoggerFactory;
    const create = Object.getOwnPropertyDescriptor(prototype, 'create')!;
    prototype.create = () => recorder;
    try {
      return { opened: await open(), recorder };
    } finally {
      Object.defineProperty(prototype, 'create', create);
    }
  }

  /** Returns the statements since the last call, and clears them. */
  take(): Statement[] {
    return this.statements.splice(0);
  }

  protected override isLogEnabledFor = (): boolean => true;

  protected override writeLog(): void {
    // Statements are recorded by logQuery() alone.
  }

  override logQuery(sql: string, parameters: readonly unknown[] = []): void {
    this.statements.push({ sql, parameters });
  }
}
