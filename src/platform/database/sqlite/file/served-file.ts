import { statSync } from 'node:fs';
import { LostDatabase } from '../../engine/unusable-database.js';

/** The SQLite file that is open, which may be removed or replaced by another of its name. */
export class ServedFile {
  private readonly identity: string | undefined;

  constructor(private readonly path: string) {
    this.identity = identityOf(path);
  }

  /** @throws LostDatabase where its name no longer leads to the file that is open */
  assertInPlace(): void {
    const found = identityOf(this.path);
    if (found === this.identity) return;
    throw new LostDatabase(
      `The SQLite file ${this.path} was ${found === undefined ? 'removed' : 'replaced by another'} while it is served. ` +
        'What is written to it would be lost. Put it back in place, or end the service, restore a backup, and start again.',
    );
  }
}

/** Not reused as long as the file is open, even where it is deleted. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
