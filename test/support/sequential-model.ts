import type { Model } from './linearizability.js';

/** What clerks do at a shelf. No two orders have the same number. */
export type Request =
  | { readonly do: 'rent'; readonly copyIds: readonly number[]; readonly number: number }
  | { readonly do: 'close'; readonly rentId: number }
  | { readonly do: 'amend'; readonly rentId: number; readonly copyIds: readonly number[] }
  | { readonly do: 'stock'; readonly movieId: number; readonly stock: number }
  | { readonly do: 'look'; readonly movieId: number };

export interface Answer {
  readonly status: number;
  /** The type of the problem, where it is one, and the copies it names. */
  readonly problem?: string;
  readonly named?: readonly number[];
  readonly rentId?: number;
  /** The copies of the movie: those that are in, and those that are out. */
  readonly copies?: Readonly<Record<number, 'in' | 'out'>>;
}

/** A few movies whose copies are lent together. By their ids: copies in stock, and who has them; rentals that are open. */
export interface Shelf {
  readonly copies: Readonly<Record<number, { readonly movieId: number; readonly rentId: number | null }>>;
  readonly rents: Readonly<Record<number, 'open' | 'closed'>>;
}

/** What is answered at a shelf if one asks after the other: the rules of lending, in short. */
export function shelfModel(initial: Shelf): Model<Shelf, Request, Answer> {
  return {
    initial,
    next,
    isIdle: (request, answer) => request.do === 'look' || answer?.status === 409,
    key: (shelf) => JSON.stringify(shelf),
  };
}

function next(shelf: Shelf, request: Request, answer: Answer | undefined): Shelf | undefined {
  switch (request.do) {
    case 'rent': {
      const refusal = refuse(shelf, request.copyIds);
      if (refusal) return same(refusal, answer) ? shelf : undefined;
      if (answer && (answer.status !== 201 || shelf.rents[answer.rentId!])) return undefined;
      return hold(shelf, answer?.rentId ?? -request.number, request.copyIds);
    }
    case 'close':
      return !answer || answer.status === 200 ? release(shelf, request.rentId) : undefined;
    case 'amend': {
      const { rentId, copyIds } = request;
      const isClosed = shelf.rents[rentId] === 'closed';
      const refusal = isClosed ? { status: 409, problem: 'rent-closed' } : refuse(shelf, copyIds, rentId);
      if (refusal) return same(refusal, answer) ? shelf : undefined;
      return !answer || answer.status === 200 ? hold(release(shelf, rentId), rentId, copyIds) : undefined;
    }
    case 'stock': {
      const { movieId, stock } = request;
      const mine = Object.values(shelf.copies).filter((copy) => copy.movieId === movieId);
      const out = mine.filter(({ rentId }) => rentId !== null).length;
      if (stock < out) return same({ status: 409, problem: 'stock-too-low' }, answer) ? shelf : undefined;
      const changed = restock(shelf, movieId, stock - mine.length, answer);
      return changed && same({ status: 200, copies: copiesOf(changed, movieId) }, answer) ? changed : undefined;
    }
    case 'look':
      return same({ status: 200, copies: copiesOf(shelf, request.movieId) }, answer) ? shelf : undefined;
  }
}

/** Whether this can have been the answer: whatever wasn't seen can have been. */
function same(expected: Answer, answer: Answer | undefined): boolean {
  return !answer || JSON.stringify(expected) === JSON.stringify(answer);
}

function refuse({ copies }: Shelf, copyIds: readonly number[], mine?: number): Answer | undefined {
  const out = copyIds.filter((id) => copies[id] && copies[id].rentId !== null && copies[id].rentId !== mine);
  if (out.length > 0) return { status: 409, problem: 'copy-already-rented', named: out };
  const retired = copyIds.filter((id) => !copies[id]);
  return retired.length > 0 ? { status: 409, problem: 'copy-not-in-service', named: retired } : undefined;
}

function hold({ copies, rents }: Shelf, rentId: number, copyIds: readonly number[]): Shelf {
  const held = copyIds.map((id) => [id, { movieId: copies[id]!.movieId, rentId }]);
  return { copies: { ...copies, ...Object.fromEntries(held) }, rents: { ...rents, [rentId]: 'open' } };
}

function release({ copies, rents }: Shelf, rentId: number): Shelf {
  const released = Object.entries(copies).map(([id, copy]) => [
    id,
    copy.rentId === rentId ? { ...copy, rentId: null } : copy,
  ]);
  return { copies: Object.fromEntries(released), rents: { ...rents, [rentId]: 'closed' } };
}

/**
 * Adds copies, or takes the newest that are in out of stock. What is added is named by the answer alone; without it,
 * it is as if nothing was added, which reads of the shelf will contradict.
 */
function restock({ copies, rents }: Shelf, movieId: number, more: number, answer?: Answer): Shelf | undefined {
  const all = Object.entries(copies);
  const free = all.filter(([, copy]) => copy.movieId === movieId && copy.rentId === null);
  const retired = new Set(more < 0 ? free.slice(more) : []);
  const kept = Object.fromEntries(all.filter((copy) => !retired.has(copy)));
  const added = Object.keys(answer?.copies ?? {}).filter((id) => !copies[Number(id)]);
  if (answer && added.length !== Math.max(0, more)) return undefined;
  return { copies: { ...kept, ...Object.fromEntries(added.map((id) => [id, { movieId, rentId: null }])) }, rents };
}

function copiesOf({ copies }: Shelf, movieId: number): Answer['copies'] {
  const mine = Object.entries(copies).filter(([, copy]) => copy.movieId === movieId);
  return Object.fromEntries(mine.map(([id, { rentId }]) => [id, rentId === null ? 'in' : 'out']));
}
