import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Clerks } from '../../support/load-clients.js';
import { report, scaled } from '../../support/faults.js';
import { type Program, startService } from '../../../scripts/support/program.js';
import { describeIf } from '../../support/skipping.js';
import { withSeed } from '../../support/random.js';
import { Witness } from '../../support/raw-database.js';

const run = promisify(execFile);
const times = scaled({ short: 2, long: 20 });

/** A disk of 16 MB in memory; undefined where we may not mount one, since that takes root. */
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

/** Takes all the room there is, to the last byte. */
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

  it(`writes nothing, reads on, and writes again as soon as there is room, ${times} times`, async () => {
    await withSeed(async (random) => {
      const database = `sqlite:${join(folder, 'shop.sqlite')}`;
      const started = await startService({ DATABASE_URL: database });
      ({ service } = started);
      const clerks = await Clerks.enter(started.url, random, { toLend: 200, ofMovie: 20 });
      const filling = join(folder, 'filling');
      const unavailable = '503 with Retry-After';
      for (let time = 0; time < times; time++) {
        await Promise.all(Array.from({ length: 20 }, () => clerks.lendOrTakeBack()));
        await fill(filling);
        // Until the room is gone that the database has taken for itself before.
        for (const before = clerks.answers[unavailable] ?? 0; (clerks.answers[unavailable] ?? 0) < before + 20;) {
          await Promise.all(Array.from({ length: 5 }, () => clerks.addMovie()));
        }
        const refused = clerks.answers[unavailable];
        expect((await fetch(`${started.url}/movie_rents?limit=200`)).status).toBe(200);
        expect((await fetch(`${started.url}/health/live`)).status).toBe(200);
        await rm(filling);
        await Promise.all([clerks.untilAcknowledged(20), ...Array.from({ length: 60 }, () => clerks.lendOrTakeBack())]);
        // There was room, and no request was refused.
        expect(clerks.answers[unavailable]).toBe(refused);
      }
      const witness = await Witness.at(database);
      expect(await clerks.damage(witness)).toEqual({ lost: [], half: [] });
      expect(await witness.unsound()).toEqual([]);
      await witness.leave();
      expect(clerks.unexpected).toEqual([]);
      report('Disk full', random, { times, ...clerks.figures });
    });
  });
}

describeIf(disk !== undefined, 'a full disk, since only root may mount a tmpfs.')(
  'the service on a disk that is full',
  () => onSmallDisk(disk!),
);
