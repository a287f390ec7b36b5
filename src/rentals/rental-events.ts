import { type Change, changesOf } from '../platform/events/change.js';
import type { MovieRent, MovieRentDetail } from './movie-rent.entity.js';

export const changeOfRent = changesOf('movie_rents');
export const changeOfLine = changesOf('movie_rent_details');

/** The opening of a rental. */
export const rentalOpened = (rent: MovieRent): Change =>
  changeOfRent('rental.opened', rent.creationDatetime, rent, {
    client_id: rent.clientId,
    details: rent.details.map(lentOf),
  });

/** The correction of a rental: its client and lines before and after. */
export function rentalCorrected(before: MovieRent, after: MovieRent, now: Date): Change {
  const lineOf = ({ details }: MovieRent, id: number): MovieRentDetail | undefined =>
    details.find((line) => line.id === id);
  const added = after.details.filter(({ id }) => !lineOf(before, id));
  const removed = before.details.filter(({ id }) => !lineOf(after, id));
  const replaced = after.details.flatMap((line) => {
    const former = lineOf(before, line.id);
    if (!former || former.movieCopyId === line.movieCopyId) return [];
    return [{ id: line.id, movie_copy_id: { from: former.movieCopyId, to: line.movieCopyId }, due_on: line.dueOn }];
  });
  return changeOfRent('rental.corrected', now, before, {
    ...(after.clientId !== before.clientId && { client_id: { from: before.clientId, to: after.clientId } }),
    ...(added.length > 0 && { added_details: added.map(lentOf) }),
    ...(removed.length > 0 && { removed_details: removed.map(recordOf) }),
    ...(replaced.length > 0 && { changed_details: replaced }),
  });
}

/** The deletion of a rental. */
export const rentalDeleted = (rent: MovieRent, now: Date): Change =>
  changeOfRent('rental.deleted', now, rent, { client_id: rent.clientId, details: rent.details.map(recordOf) });

/** The return of an undamaged copy, without a note. */
export const lineReturned = (line: MovieRentDetail, now: Date): Change =>
  changeOfLine('line.returned', now, line, {
    movie_rent_id: line.movieRentId,
    movie_copy_id: line.movieCopyId,
    condition: 'ok',
  });

/** An opened line. */
const lentOf = ({ id, movieCopyId, dueOn }: MovieRentDetail): object => ({
  id,
  movie_copy_id: movieCopyId,
  due_on: dueOn,
});

/** A line in the event of its deletion. */
const recordOf = (line: MovieRentDetail): object => ({
  id: line.id,
  movie_copy_id: line.movieCopyId,
  lent_datetime: line.lentDatetime,
  returned_datetime: line.returnedDatetime,
  lost_datetime: line.lostDatetime,
  due_on: line.dueOn,
  renewals: line.renewals ?? 0,
});
