import { AbstractLogger } from 'typeorm';
import { LoggerFactory } from 'typeorm/logger/LoggerFactory.js';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Remembers every statement, as the logger of a DataSource. */
export class Listener extends AbstractLogger {
  readonly statements: Statement[] = [];

  /** Listens to every DataSource that `open` makes. */
  static async to<Opened>(open: () => Promise<Opened>): Promise<{ opened: Opened; listener: Listener }> {
    const listener = new Listener();
    const { prototype } = LoggerFactory;
    const create = Object.getOwnPropertyDescriptor(prototype, 'create')!;
    prototype.create = () => listener;
    try {
      return { opened: await open(), listener };
    } finally {
      Object.defineProperty(prototype, 'create', create);
    }
  }

  /** What was said since it was last asked. */
  heard(): Statement[] {
    return this.statements.splice(0);
  }

  protected override isLogEnabledFor = (): boolean => true;

  protected override writeLog(): void {
    // It is not read.
  }

  override logQuery(sql: string, parameters: readonly unknown[] = []): void {
    this.statements.push({ sql, parameters });
  }
}
