import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dataSourceOptions } from '../../../ormconfig.js';
import { startService } from '../../../scripts/servers/program.js';
import { backUp } from '../../../src/platform/database/sqlite/file/backup.js';
import { apiAt } from '../../support/app.js';
import { freshDatabase } from '../../support/engine.js';

describe('secure_delete', () => {
  it('leaves no deleted or changed names, addresses and stored responses in any file after a clean shutdown, nor in a backup', async () => {
    const database = await freshDatabase();
    const folder = dirname(database.url.replace(/^sqlite:/, ''));
    const { service, url } = await startService({ DATABASE_URL: database.url });
    const api = await apiAt(url);
    const person = { first_name: 'Zyxqua', last_name: 'Vobblewítz', address: 'Gnurlplatz 7', license_number: 'QWX-77' };
    const { body: deleted } = await api.post('/clients').send(person).expect(201);
    const { body: renamed } = await api
      .post('/clients')
      .send({ ...person, license_number: 'QWX-78' })
      .expect(201);
    const { body: genre } = await api.post('/genres').send({ name: 'Hrumpfoper' }).expect(201);
    const movie = { title: 'Plixnoft', description: 'A wubbeldrift.', year: 1999, genre_id: genre.id };
    const { body: shown } = await api.post('/movies').send(movie).expect(201);
    // Long enough for overflow pages.
    await api
      .patch(`/movies/${shown.id}`)
      .send({ description: 'wubbeldrift '.repeat(400) })
      .expect(200);
    // The names of genres and movies stay in the record of changes.
    const traces = ['zyxqua', 'vobblew', 'gnurlplatz', 'qwx-7', 'zyx', 'qwx'];
    expect(found(folder, traces)).toEqual(traces);

    await api.delete(`/clients/${deleted.id}`).expect(204);
    const erased = { first_name: 'A', last_name: 'B', address: 'C', license_number: null };
    await api.put(`/clients/${renamed.id}`).send(erased).expect(200);
    await api.delete(`/movies/${shown.id}`).expect(204);
    await api.delete(`/genres/${genre.id}`).expect(204);
    await backUp(dataSourceOptions(database.url), join(folder, 'backup'), (_, work) => work(() => undefined));
    expect(found(folder, traces, (name) => name === 'backup')).toEqual([]);

    expect(await service.kill('SIGTERM')).toMatchObject({ code: 0 });
    expect(readdirSync(folder).sort()).toEqual(['backup', 'shop.sqlite', 'shop.sqlite.lock']);
    expect(found(folder, traces)).toEqual([]);
    await database.drop();
  });
});

/**
 * Reads the files of a database that another process serves: this process has no locks on them that it could release.
 */
function found(folder: string, texts: readonly string[], isRead = (_name: string) => true): string[] {
  const bytes = readdirSync(folder)
    .filter(isRead)
    .map((name) => readFileSync(join(folder, name), 'latin1').toLowerCase());
  return texts.filter((text) => bytes.some((content) => content.includes(text)));
}
