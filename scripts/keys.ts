import { dataSourceOptions } from '../ormconfig.js';
import { Clock } from '../src/kernel/clock.js';
import { KeyManagement, KeyRefused } from '../src/platform/auth/api-keys/key-management.js';
import { readEnvironment } from '../src/platform/config/environment.js';
import { withServedDatabase } from '../src/platform/database/with-database.js';
import { callerOf } from './support/caller.js';
import { UnusableInput } from './support/input.js';
import { keysTable, readKeyCommand, usage } from './support/key-command.js';
import { runCommand } from './support/run-command.js';

await runCommand(usage, async (args) => {
  const { DATABASE_URL: url } = readEnvironment(process.env);
  const command = readKeyCommand(args);
  await withServedDatabase(dataSourceOptions(url), async (unitOfWork) => {
    const management = new KeyManagement(unitOfWork, new Clock(), callerOf(`keys:${command.action}`));
    try {
      if (command.action === 'list') console.log(keysTable(await management.list(), new Date()));
      else if (command.action === 'create') show(await management.create(command.order));
      else if (command.action === 'rotate') show(await management.rotate(command.name, command.overlapMs));
      else {
        await management.revoke(command.name);
        console.error(`Revoked ${command.name}: within 5 seconds, every instance refuses it.`);
      }
    } catch (error) {
      throw error instanceof KeyRefused ? new UnusableInput(error.message) : error;
    }
  });
});

/** The token alone is on stdout, for a pipe into a secret store. */
function show(token: string): void {
  console.log(token);
  console.error('Store the key now: only its digest is kept, and it is not shown again.');
}
