/* eslint-disable @typescript-eslint/no-explicit-any -- reads answers of any shape */
import { dateAt, daysBetween, endOf } from './rental-calendar.js';
import { nextDue } from './rental-expectations.js';
import {
  activeBlocks,
  byId,
  clientRefusals,
  copyOf,
  isInStock,
  isOverdue,
  open,
  openLine,
  refusalsIn,
  rentOf,
  sorted,
  type Desk,
  type Line,
  type Answer,
} from './rental-model.js';

/** Returns the expected responses of the state of the model, in wire format. */
export function expectedState(desk: Desk): object {
  const shownLine = (line: Line): object => {
    const end = line.returned ?? line.lost ?? desk.now;
    const copy = copyOf(desk, line);
    return {
      id: line.id,
      movie_copy_id: copy.id,
      lent_datetime: line.lent,
      returned_datetime: line.returned,
      lost_datetime: line.lost,
      due_on: line.due?.on ?? null,
      due_datetime: line.due ? endOf(line.due) : null,
      is_overdue: isOverdue(desk, line),
      days_overdue: isOverdue(desk, line) ? daysBetween(line.due!.on, dateAt(end, line.due!.zone)) : 0,
      renewals: line.renewals,
      rental_days: line.days,
    };
  };
  return {
    rents: [...desk.rents].sort(byId).map((rent) => {
      const details = desk.lines.filter(({ rentId }) => rentId === rent.id);
      const ends = details.map(({ returned, lost }) => returned ?? lost);
      return {
        id: rent.id,
        client_id: rent.clientId,
        creation_datetime: rent.created,
        voided_datetime: rent.voided,
        is_closed: !ends.includes(null),
        closed_datetime: ends.includes(null) ? null : ends.sort().at(-1),
        details: details.map(shownLine),
      };
    }),
    movies: desk.movies.map(({ id }) => {
      const copies = desk.copies.filter(({ movieId }) => movieId === id);
      const available = copies.filter((copy) => copy.state === 'in_service' && !openLine(desk, copy));
      const next_due_on = available.length > 0 ? null : nextDue(desk, id);
      return { id, stock: copies.filter(isInStock).length, available: available.length, next_due_on };
    }),
    copies: [...desk.copies].sort(byId).map((copy) => {
      const line = openLine(desk, copy);
      const loan = line && {
        movie_rent_id: line.rentId,
        movie_rent_detail_id: line.id,
        client_id: rentOf(desk, line.rentId).clientId,
        due_on: line.due?.on ?? null,
      };
      const status = loan ? 'out' : copy.state === 'in_service' ? 'in' : 'away';
      return { id: copy.id, code: copy.code, service_state: copy.state, status, loan: loan ?? null };
    }),
    standings: desk.clients.map(({ id, limit }) => {
      const has = desk.rents.filter(({ clientId }) => clientId === id).flatMap((rent) => open(desk, rent.id));
      return {
        client_id: id,
        open_copies: has.length,
        overdue_copies: has.filter((line) => isOverdue(desk, line)).length,
        max_open_copies: limit ?? desk.policy.max_open_copies,
        blocks: activeBlocks(desk, id).map((block) => block.id),
        refusals: sorted(clientRefusals(desk, id, 1)),
      };
    }),
  };
}

/** Reads the resources of a desk from the service, in the form of `expectedState`. */
export async function readState(url: string, desk: Desk): Promise<Answer> {
  const read = async (path: string): Promise<any> =>
    (await fetch(url + path, { headers: { 'Accept-Encoding': 'identity' } })).json();
  const before = ([first]: readonly { readonly id: number }[]): string => `after=${first!.id - 1}&limit=200`;
  const [rents, movies, copies, standings] = await Promise.all([
    read(`/movie_rents?after=${desk.lastRent}&limit=200`),
    read(`/movies?${before(desk.movies)}`),
    read(`/movie_copies?${before(desk.copies)}`),
    Promise.all(desk.clients.map(({ id }) => read(`/clients/${id}/standing`))),
  ]);
  const pick = (names: readonly string[], from: any): object =>
    Object.fromEntries(names.map((name) => [name, from[name]]));
  return {
    status: 200,
    body: {
      rents: rents.map((rent: any) => ({
        ...pick(['id', 'client_id', 'creation_datetime', 'voided_datetime', 'is_closed', 'closed_datetime'], rent),
        details: rent.details.map((line: object) => pick(shownOfLine, line)),
      })),
      movies: movies.map((movie: any) => pick(['id', 'stock', 'available', 'next_due_on'], movie)),
      copies: copies.map(({ loan, ...copy }: any) => ({
        ...pick(['id', 'code', 'service_state', 'status'], copy),
        loan: loan && pick(['movie_rent_id', 'movie_rent_detail_id', 'client_id', 'due_on'], loan),
      })),
      standings: standings.map(({ blocks, refusals, ...standing }) => ({
        ...pick(['client_id', 'open_copies', 'overdue_copies', 'max_open_copies'], standing),
        blocks: blocks.map(({ id }: { id: number }) => id),
        refusals: refusalsIn(refusals),
      })),
    },
  };
}

const shownOfLine = [
  'id',
  'movie_copy_id',
  'lent_datetime',
  'returned_datetime',
  'lost_datetime',
  'due_on',
  'due_datetime',
  'is_overdue',
  'days_overdue',
  'renewals',
  'rental_days',
];
