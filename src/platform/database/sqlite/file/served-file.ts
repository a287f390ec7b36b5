import { statSync } from 'node:fs';
import { LostDatabase } from '../../engine/unusable-database.js';

/** The open SQLite file, which may be removed or replaced on disk. */
export class ServedFile {
  private readonly identity: string | undefined;

  constructor(private readonly path: string) {
    this.identity = identityOf(path);
  }

  /** @throws LostDatabase if the path no longer refers to the open file */
  assertInPlace(): void {
    const found = identityOf(this.path);
    if (found === this.identity) return;
    throw new LostDatabase(
      `The SQLite file ${this.path} was ${found === undefined ? 'removed' : 'replaced by another'} while it is served. ` +
        'Writes to it would be lost. Put it back in place, or stop the service, restore a backup, and start again.',
    );
  }
}

/** Returns an identity that is not reused while the file is open, even if deleted. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
