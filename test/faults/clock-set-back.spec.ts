import { Clock } from '../../src/kernel/clock.js';
import { report, scaled } from '../support/faults/faults.js';
import { withSeed } from '../support/random.js';
import { useShop } from '../support/shop.js';
import type { RentBody } from '../support/bodies.js';

const hourMs = 60 * 60 * 1000;

describe('a clock that is set back by an hour', () => {
  const shop = useShop();
  const shiftClock = (milliseconds: number) => (shop.app.get(Clock).now = () => new Date(Date.now() + milliseconds));
  afterEach(() => shiftClock(0));

  const rentalsOf = async (copyId: number): Promise<RentBody[]> =>
    (await shop.api.get(`/movie_rents?movie_copy_id=${copyId}&limit=200`).expect(200)).body;

  it('records no return before the copy was lent', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const rent = await shop.clerk.rent(client.id, movie.copies[0].id);
    shiftClock(-hourMs);
    const closed = await shop.clerk.close(rent.id);
    expect(closed['closed_datetime']).toBe(rent['creation_datetime']);
  });

  it('records no loan before the copy was returned', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const [one, other] = movie.copies.map(({ id }: { id: number }) => id) as [number, number];
    const first = await shop.clerk.close((await shop.clerk.rent(client.id, one)).id);
    shiftClock(-hourMs);
    const { details, creation_datetime: creation } = await shop.clerk.rent(client.id, other, one);
    expect(Date.parse(creation)).toBeLessThan(Date.now() - hourMs / 2);
    expect(details).toMatchObject([
      { movie_copy_id: other, lent_datetime: creation },
      { movie_copy_id: one, lent_datetime: first['closed_datetime'] },
    ]);
  });

  it('is used again as soon as it is right', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    await shop.clerk.close((await shop.clerk.rent(client.id, movie.copies[0].id)).id);
    shiftClock(hourMs);
    const rent = await shop.clerk.rent(client.id, movie.copies[0].id);
    expect(Date.parse(rent['creation_datetime']) - Date.now()).toBeGreaterThan(hourMs / 2);
  });

  const rentals = scaled({ short: 40, long: 200 });
  it(`leaves the history of each copy in order, after many set-backs during ${rentals} rentals`, async () => {
    await withSeed(async (random) => {
      const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(3)];
      const copyIds: number[] = movie.copies.map(({ id }: { id: number }) => id);
      let setBacks = 0;
      const maybeSetBack = () => {
        if (random.below(3) > 0) return;
        shiftClock(-hourMs * random.next());
        setBacks++;
      };
      for (let rental = 0; rental < rentals; rental++) {
        maybeSetBack();
        const rent = await shop.clerk.rent(client.id, ...random.sample(copyIds, 1 + random.below(2)));
        maybeSetBack();
        await shop.clerk.close(rent.id);
      }
      for (const copyId of copyIds) {
        const lines = (await rentalsOf(copyId)).flatMap(({ details }) => details);
        const instants = lines
          .filter(({ movie_copy_id }) => movie_copy_id === copyId)
          .flatMap(({ lent_datetime, returned_datetime }) => [lent_datetime, returned_datetime]);
        expect(instants.length).toBeGreaterThan(2);
        // Rentals are listed by their ids, and instants sort as they read.
        expect(instants).toEqual([...instants].sort());
      }
      report('Clock set back', random, { rentals, 'set back': setBacks });
    });
  });
});
