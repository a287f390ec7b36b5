import { PassThrough } from 'node:stream';
import { loadShop } from '../../scripts/import/load-shop.js';
import { Progress } from '../../scripts/support/progress.js';
import { readSakila } from '../../scripts/import/sakila.js';
import type { Counts } from '../../scripts/import/shop.js';
import { UnitOfWork } from '../../src/platform/database/unit-of-work.js';
import { readAll } from '../support/http/paging.js';
import { type SakilaChanges, writeSakila } from '../support/sakila.js';
import { useShop } from '../support/shop.js';

type Row = { readonly id: number } & Readonly<Record<string, unknown>>;
type Everything = [genres: Row[], movies: Row[], copies: Row[], clients: Row[], rents: Row[]];

const silent = new Progress(new PassThrough());

describe('an import', () => {
  const shop = useShop();

  async function load(changes: SakilaChanges): Promise<Counts> {
    const { folder, drop } = await writeSakila(changes);
    try {
      return await loadShop(shop.app.get(UnitOfWork), await readSakila(folder), silent);
    } finally {
      await drop();
    }
  }

  const everything = () =>
    Promise.all(
      ['/genres', '/movies', '/movie_copies', '/clients', '/movie_rents'].map((path) => readAll<Row>(shop.api, path)),
    ) as Promise<Everything>;

  const twins = (text: string) => `${text}3,Mary,Smith,1\n4,Gone,Soon,1\n`;

  it('refuses a barcode that another copy of the shop has', async () => {
    const own = await shop.clerk.movie(1, { title: 'Own' });
    const [copy] = own['copies'] as Row[];
    await shop.api.patch(`/movie_copies/${copy!.id}`).send({ code: 'SAKILA-3' }).expect(200);
    const before = await everything();
    await expect(load({})).rejects.toThrow(
      'Nothing was imported: the files have 1 fault.\n' +
        `  inventory.csv, line 4, column inventory_id: SAKILA-3 is that of movie_copy ${copy!.id} of the shop already.`,
    );
    expect(await everything()).toEqual(before);
    await shop.api.delete(`/movies/${own['id']}`).expect(204);
    await shop.api.delete(`/genres/${own['genre_id']}`).expect(204);
  });

  it('keeps two clients with the same name and address separate', async () => {
    expect(await load({ 'customer.csv': twins })).toEqual({ genres: 2, movies: 2, copies: 3, clients: 4, rents: 2 });
    const [, , , clients] = await everything();
    expect(clients.map(({ last_name, address }) => [last_name, address])).toEqual([
      ['Smith', '5 Mill Lane, Alberta, Lethbridge'],
      ['Doe', null],
      ['Smith', '5 Mill Lane, Alberta, Lethbridge'],
      ['Soon', '5 Mill Lane, Alberta, Lethbridge'],
    ]);
  });

  it('adds nothing when it is repeated, and undoes neither changes nor deletions', async () => {
    const [genres, movies, copies, clients, rents] = await everything();
    const change = (path: string, { id }: Row, members: object) =>
      shop.api.patch(`${path}/${id}`).send(members).expect(200);
    await change('/genres', genres[0]!, { name: 'Tragedy' });
    await change('/movies', movies[0]!, { title: 'The First Film', year: 1998, genre_id: genres[1]!.id });
    await change('/movie_copies', copies[0]!, { code: 'NEW-1', service_state: 'maintenance' });
    await change('/clients', clients[0]!, { address: 'Moved', last_name: 'Married' });
    await shop.api.delete(`/clients/${clients[3]!.id}`).expect(204);
    await shop.api.put(`/movie_rents/${rents[1]!.id}/close`).expect(200);
    const edited = await everything();
    expect(await load({ 'customer.csv': twins })).toEqual({ genres: 0, movies: 0, copies: 0, clients: 0, rents: 0 });
    expect(await everything()).toEqual(edited);
  });

  it('adds new rows of the files, which refer to rows imported before', async () => {
    await shop.clerk.genre({ name: 'Western' });
    const added = await load({
      'category.csv': (text) => `${text}3,WESTERN\n4,Horror\n`,
      'film.csv': (text) => `${text}3,Third Film,,2007\n4,Fourth Film,,2007\n`,
      'film_category.csv': (text) => `${text}3,1\n4,3\n`,
      'inventory.csv': (text) => `${text}4,3\n5,1\n`,
      'customer.csv': (text) => `${twins(text)}5,Eve,New,1\n`,
      // Begins at the instant at which the first rental of the copy ends.
      'rental.csv': (text) => `${text}3,2005-05-26 22:04:30,1,5,2005-05-27 00:00:00\n4,2006-01-01 00:00:00,4,1,\n`,
    });
    expect(added).toEqual({ genres: 1, movies: 2, copies: 2, clients: 1, rents: 2 });
    const [genres, movies, copies, clients, rents] = await everything();
    expect(genres.map(({ name }) => name)).toEqual(['Tragedy', 'Comedy', 'Western', 'Horror']);
    expect(movies.map(({ title }) => title)).toEqual(['The First Film', 'Second Film', 'Third Film', 'Fourth Film']);
    const genreOf = (position: number) => movies[position]!['genre_id'];
    expect([2, 3].map(genreOf)).toEqual([genres[0]!.id, genres[2]!.id]);
    expect(copies.map(({ code }) => code)).toEqual(['NEW-1', 'SAKILA-2', 'SAKILA-3', 'SAKILA-4', 'SAKILA-5']);
    expect(clients.map(({ last_name }) => last_name)).toEqual(['Married', 'Doe', 'Smith', 'New']);
    const clientIds = [0, 1, 3, 0].map((position) => clients[position]!.id);
    expect(rents.map(({ client_id }) => client_id)).toEqual(clientIds);
    expect((await shop.clerk.genre())['id']).toBe(genres.at(-1)!.id + 1);
    expect((await shop.clerk.client())['id']).toBe(clients.at(-1)!.id + 1);
  });

  it('is refused as a whole, with every row that conflicts with the shop', async () => {
    const [, movies, copies, clients] = await everything();
    await shop.api.delete(`/movies/${movies[1]!.id}`).expect(204);
    await shop.api.delete(`/clients/${clients[2]!.id}`).expect(204);
    const details = [{ movie_copy_id: copies[4]!.id }];
    await shop.api.post('/movie_rents').send({ client_id: clients[0]!.id, details }).expect(201);
    const before = await everything();
    const refused = load({
      'film.csv': (text) => `${text}9,Not Stored,,2007\n`,
      'film_category.csv': (text) => `${text}9,1\n`,
      'inventory.csv': (text) => `${text}5,1\n9,2\n`,
      'customer.csv': (text) => `${twins(text)}9,Not,Stored,1\n`,
      'rental.csv': (text) => `${text}9,2006-01-01 00:00:00,5,1,\n10,2001-01-01 00:00:00,3,3,2001-01-02 00:00:00\n`,
    });
    await expect(refused).rejects.toThrow(
      [
        'Nothing was imported: the files have 4 faults.',
        '  inventory.csv, line 6, column film_id: the movie 2 was imported before, and deleted from the shop since.',
        `  rental.csv, line 4, column inventory_id: copy ${copies[4]!.id} of the shop was out at that time.`,
        '  rental.csv, line 5, column inventory_id: the copy 3 was imported before, and deleted from the shop since.',
        '  rental.csv, line 5, column customer_id: the client 3 was imported before, and deleted from the shop since.',
      ].join('\n'),
    );
    expect(await everything()).toEqual(before);
  });
});
