import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { report, scaled } from '../../support/faults/faults.js';
import { invariantViolations } from '../../support/database/invariants.js';
import { LoadClients } from '../../support/faults/load-clients.js';
import { type Program, startService } from '../../../scripts/servers/program.js';
import { describeIf } from '../../support/skipping.js';
import { withSeed } from '../../support/random.js';

const run = promisify(execFile);
const times = scaled({ short: 2, long: 20 });

/** Mounts a tmpfs of 16 MB. Returns undefined if the process is not root. */
async function smallDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'movie-rental-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder]);
    return folder;
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
}

const disk = await smallDisk();

/** Fills the disk to the last byte. */
async function fill(path: string): Promise<void> {
  for (let size = 2 ** 20; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) await appendFile(path, Buffer.alloc(size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

function onSmallDisk(folder: string): void {
  let service: Program;
  afterAll(async () => {
    await service.kill('SIGKILL');
    await run('umount', [folder]);
    await rm(folder, { recursive: true });
  });

  it(`returns 503 to writes, serves reads, and writes again once there is space, ${times} times`, async () => {
    await withSeed(async (random) => {
      const database = `sqlite:${join(folder, 'shop.sqlite')}`;
      const started = await startService({ DATABASE_URL: database });
      ({ service } = started);
      const clients = await LoadClients.create(started.url, random, { toRent: 200, perMovie: 20 });
      const filling = join(folder, 'filling');
      const unavailable = '503 with Retry-After';
      for (let time = 0; time < times; time++) {
        await Promise.all(Array.from({ length: 20 }, () => clients.rentOrReturn()));
        await fill(filling);
        // Until the space is used up that the database has already allocated.
        for (const before = clients.responses[unavailable] ?? 0; (clients.responses[unavailable] ?? 0) < before + 20;) {
          await Promise.all(Array.from({ length: 5 }, () => clients.addMovie()));
        }
        const refused = clients.responses[unavailable];
        expect((await fetch(`${started.url}/movie_rents?limit=200`)).status).toBe(200);
        expect((await fetch(`${started.url}/health/live`)).status).toBe(200);
        await rm(filling);
        await Promise.all([clients.untilAcknowledged(20), ...Array.from({ length: 60 }, () => clients.rentOrReturn())]);
        // No request was refused while there was space.
        expect(clients.responses[unavailable]).toBe(refused);
      }
      expect(await clients.anomalies(database)).toEqual({ lostWrites: [], partialWrites: [] });
      expect(await invariantViolations(database)).toEqual([]);
      expect(clients.unexpected).toEqual([]);
      report('Disk full', random, { times, ...clients.figures });
    });
  });
}

describeIf(disk !== undefined, 'a full disk, since only root may mount a tmpfs.')('the service on a full disk', () =>
  onSmallDisk(disk!),
);
