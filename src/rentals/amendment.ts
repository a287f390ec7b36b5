import type { ClientRepository } from '../clients/client.repository.js';
import { InvalidOrder } from '../kernel/domain-error.js';
import type { MovieCopyRepository } from '../movies/movie-copy.repository.js';
import type { MovieRepository } from '../movies/movie.repository.js';
import { fillBasket, type OrderedLine, type RentOrder } from './basket.js';
import type { MovieRentDetailRepository } from './movie-rent-detail.repository.js';
import type { MovieRent } from './movie-rent.entity.js';
import type { MovieRentRepository } from './movie-rent.repository.js';
import { LineReturned, RentClosed } from './rentals.errors.js';

interface Participants {
  readonly clients: ClientRepository;
  readonly movies: MovieRepository;
  readonly copies: MovieCopyRepository;
  readonly rents: MovieRentRepository;
  readonly lines: MovieRentDetailRepository;
}

/**
 * Makes a rental what `order` says. A line that names the id or the copy of one that is there is that one;
 * lines the order leaves out are taken back, others are added. What was returned stays as it was.
 * @throws InvalidOrder, RentClosed, LineReturned, and what filling a basket throws
 */
export async function amend(rent: MovieRent, order: RentOrder, shop: Participants): Promise<void> {
  const wanted = order.lines.map((line, index) => identify(line, index, rent));
  const returned = rent.details.filter((detail) => !detail.isOpen);
  const untouched = returned.filter(({ id, movieCopyId }) =>
    wanted.some((line) => line.id === id && line.movieCopyId === movieCopyId),
  );
  const same = rent.details.length === wanted.length && order.clientId === rent.clientId;
  if (rent.isClosed && same && untouched.length === returned.length) return;
  if (rent.isClosed) throw new RentClosed();
  if (untouched.length < returned.length) {
    throw new LineReturned(returned.filter((detail) => !untouched.includes(detail)).map(({ id }) => id));
  }

  const mine = new Set(rent.details.map(({ movieCopyId }) => movieCopyId));
  const chosen = await fillBasket({ clientId: order.clientId, lines: wanted }, shop, mine);
  await shop.rents.update(rent.id, { clientId: order.clientId });

  const kept = new Set(wanted.flatMap(({ id }) => id ?? []));
  const removed = rent.details.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
  if (removed.length > 0) await shop.lines.delete(removed);
  for (const [index, { id }] of wanted.entries()) {
    if (id !== undefined) await shop.lines.update(id, { movieCopyId: chosen[index]! });
  }
  await shop.lines.open(
    rent.id,
    chosen.filter((_, index) => wanted[index]!.id === undefined),
  );
}

function identify(line: OrderedLine, index: number, rent: MovieRent): OrderedLine {
  const there = rent.details.find(({ id, movieCopyId, isOpen }) =>
    line.id === undefined ? isOpen && movieCopyId === line.movieCopyId : id === line.id,
  );
  if (line.id !== undefined && !there) {
    const detail = `Line ${line.id} is not one of this rental.`;
    throw new InvalidOrder([{ path: ['details', index, 'id'], code: 'unknown', detail }]);
  }
  return { ...line, id: there?.id };
}
