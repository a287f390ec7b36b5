import { dataSourceOptions } from '../../../ormconfig.js';
import { CompiledSelect } from '../../../src/platform/database/queries/compiled-select.js';
import { withSettings } from '../../../src/platform/database/postgres/session-settings.js';
import { Genre } from '../../../src/genres/genre.entity.js';
import { RawGenres } from '../../support/database/raw-tables.js';
import { ServiceUnavailable } from '../../../src/kernel/domain-error.js';
import { openDatabaseAt } from '../../support/database/database.js';
import { freshDatabase } from '../../support/engine.js';

const work = { genres: RawGenres };
const sleeping = new CompiledSelect<Genre, { seconds: number }>(
  { seconds: 'integer' },
  (manager) => manager.createQueryBuilder(Genre, 'genre').where('pg_sleep(:seconds) IS NOT NULL'),
  { isBatched: () => true },
);

describe('a statement_timeout', () => {
  it('rejects only the read of a batch that takes too long', async () => {
    const { url, drop } = await freshDatabase();
    const { extra } = withSettings(dataSourceOptions(url), { statement_timeout: 500 }) as { extra: object };
    const database = await openDatabaseAt(url, { extra });
    try {
      await database.unitOfWork.run(work, ({ genres }) => genres.create({ name: 'Drama', description: null }));
      const sleep = (seconds: number) =>
        database.unitOfWork.readSingle(work, ({ genres }) => sleeping.first(genres.manager, { seconds }));
      const [slow, quick] = await Promise.allSettled([sleep(60), sleep(0)]);
      expect(slow).toEqual({ status: 'rejected', reason: expect.any(ServiceUnavailable) });
      expect(quick).toMatchObject({ status: 'fulfilled', value: { name: 'Drama' } });
    } finally {
      await database.close();
      await drop();
    }
  });
});
