import { Program } from '../../../scripts/servers/program.js';
import { describeStartFailure } from '../../../src/platform/process/start-failure.js';
import { openShop } from '../app.js';

/** Starts the service on a database on which it must refuse to start, and returns its reason. */
export async function reasonOfRefusedStart(
  databaseUrl: string,
  options: Parameters<typeof Program.start>[3] = {},
): Promise<string> {
  const service = Program.start(
    'src/main.js',
    { HOST: '127.0.0.1', PORT: '0', DATABASE_URL: databaseUrl },
    [],
    options,
  );
  // Stops a service that starts although it should not.
  await service.url().then(
    () => service.kill('SIGKILL'),
    () => undefined,
  );
  expect((await service.exited).code).toBe(1);
  expect(service.stderr).toContain("The service can't start. ");
  expect(service.stderr).not.toMatch(/^ +at /m);
  return service.stderr;
}

/** Returns the message of a start in this process, which must be refused. */
export async function failureOfStart(circumstances: Parameters<typeof openShop>[0]): Promise<string> {
  const started = await openShop(circumstances).catch(describeStartFailure);
  if (typeof started === 'string') return started;
  await started.close();
  throw new Error('The service has started.');
}
