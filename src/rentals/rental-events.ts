import type { Change } from '../platform/events/event.repository.js';
import type { MovieRent, MovieRentDetail } from './movie-rent.entity.js';

/** The opening of a rental. */
export const rentalOpened = ({ id, clientId, creationDatetime, details }: MovieRent): Change => ({
  type: 'rental.opened',
  resource: 'movie_rents',
  resourceId: id,
  creationDatetime,
  changes: { client_id: clientId, details: details.map(lentOf) },
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
  return {
    type: 'rental.corrected',
    resource: 'movie_rents',
    resourceId: before.id,
    creationDatetime: now,
    changes: {
      ...(after.clientId !== before.clientId && { client_id: { from: before.clientId, to: after.clientId } }),
      ...(added.length > 0 && { added_details: added.map(lentOf) }),
      ...(removed.length > 0 && { removed_details: removed.map(recordOf) }),
      ...(replaced.length > 0 && { changed_details: replaced }),
    },
  };
}

/** The return of an undamaged copy, without a note. */
export const lineReturned = ({ id, movieRentId, movieCopyId }: MovieRentDetail, now: Date): Change => ({
  type: 'line.returned',
  resource: 'movie_rent_details',
  resourceId: id,
  creationDatetime: now,
  changes: { movie_rent_id: movieRentId, movie_copy_id: movieCopyId, condition: 'ok' },
});

/** An opened line. */
const lentOf = ({ id, movieCopyId, dueOn }: MovieRentDetail): object => ({
  id,
  movie_copy_id: movieCopyId,
  due_on: dueOn,
});

/** A line in the event of its deletion. */
export const recordOf = (line: MovieRentDetail): object => ({
  id: line.id,
  movie_copy_id: line.movieCopyId,
  lent_datetime: line.lentDatetime,
  returned_datetime: line.returnedDatetime,
  lost_datetime: line.lostDatetime,
  due_on: line.dueOn,
  renewals: line.renewals ?? 0,
});
