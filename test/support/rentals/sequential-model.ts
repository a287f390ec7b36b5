import type { Model } from './linearizability.js';

/** A request of the linearizability test. No two rentals have the same number. */
export type Request =
  | { readonly do: 'rent'; readonly copyIds: readonly number[]; readonly number: number }
  | { readonly do: 'close'; readonly rentId: number }
  | { readonly do: 'amend'; readonly rentId: number; readonly copyIds: readonly number[] }
  | { readonly do: 'stock'; readonly movieId: number; readonly stock: number }
  | { readonly do: 'read'; readonly movieId: number };

export interface Answer {
  readonly status: number;
  /** The type of a problem, and the copies that it lists. */
  readonly problem?: string;
  readonly movieCopyIds?: readonly number[];
  readonly rentId?: number;
  /** The status of each copy of the movie. */
  readonly copies?: Readonly<Record<number, 'in' | 'out'>>;
}

/** The state of a few movies whose copies are rented together: copies in stock with their rental, and rentals, by id. */
export interface ShopState {
  readonly copies: Readonly<Record<number, { readonly movieId: number; readonly rentId: number | null }>>;
  readonly rents: Readonly<Record<number, 'open' | 'closed'>>;
}

/** The sequential specification of renting, by which histories are checked for linearizability. */
export function sequentialModel(initial: ShopState): Model<ShopState, Request, Answer> {
  return {
    initial,
    next,
    isIdle: (request, answer) => request.do === 'read' || answer?.status === 409,
    key: (state) => JSON.stringify(state),
  };
}

function next(state: ShopState, request: Request, answer: Answer | undefined): ShopState | undefined {
  switch (request.do) {
    case 'rent': {
      const refusal = refusalOf(state, request.copyIds);
      if (refusal) return matches(refusal, answer) ? state : undefined;
      if (answer && (answer.status !== 201 || state.rents[answer.rentId!])) return undefined;
      return rentTo(state, answer?.rentId ?? -request.number, request.copyIds);
    }
    case 'close':
      return !answer || answer.status === 200 ? release(state, request.rentId) : undefined;
    case 'amend': {
      const { rentId, copyIds } = request;
      const isClosed = state.rents[rentId] === 'closed';
      const refusal = isClosed ? { status: 409, problem: 'rent-closed' } : refusalOf(state, copyIds, rentId);
      if (refusal) return matches(refusal, answer) ? state : undefined;
      return !answer || answer.status === 200 ? rentTo(release(state, rentId), rentId, copyIds) : undefined;
    }
    case 'stock': {
      const { movieId, stock } = request;
      const ofMovie = Object.values(state.copies).filter((copy) => copy.movieId === movieId);
      const out = ofMovie.filter(({ rentId }) => rentId !== null).length;
      if (stock < out) return matches({ status: 409, problem: 'stock-too-low' }, answer) ? state : undefined;
      const changed = restock(state, movieId, stock - ofMovie.length, answer);
      return changed && matches({ status: 200, copies: copiesOf(changed, movieId) }, answer) ? changed : undefined;
    }
    case 'read':
      return matches({ status: 200, copies: copiesOf(state, request.movieId) }, answer) ? state : undefined;
  }
}

/** Whether `answer` may be the answer. A lost answer may have been any. */
function matches(expected: Answer, answer: Answer | undefined): boolean {
  return !answer || JSON.stringify(expected) === JSON.stringify(answer);
}

function refusalOf({ copies }: ShopState, copyIds: readonly number[], ownRentId?: number): Answer | undefined {
  const out = copyIds.filter((id) => copies[id] && copies[id].rentId !== null && copies[id].rentId !== ownRentId);
  if (out.length > 0) return { status: 409, problem: 'copy-already-rented', movieCopyIds: out };
  const retired = copyIds.filter((id) => !copies[id]);
  return retired.length > 0 ? { status: 409, problem: 'copy-not-in-service', movieCopyIds: retired } : undefined;
}

function rentTo({ copies, rents }: ShopState, rentId: number, copyIds: readonly number[]): ShopState {
  const rented = copyIds.map((id) => [id, { movieId: copies[id]!.movieId, rentId }]);
  return { copies: { ...copies, ...Object.fromEntries(rented) }, rents: { ...rents, [rentId]: 'open' } };
}

function release({ copies, rents }: ShopState, rentId: number): ShopState {
  const released = Object.entries(copies).map(([id, copy]) => [
    id,
    copy.rentId === rentId ? { ...copy, rentId: null } : copy,
  ]);
  return { copies: Object.fromEntries(released), rents: { ...rents, [rentId]: 'closed' } };
}

/**
 * Adds copies, or retires the newest available ones. Only the answer has the ids of added copies; without an answer, no
 * copies are added, which later reads contradict if the request was executed.
 */
function restock({ copies, rents }: ShopState, movieId: number, more: number, answer?: Answer): ShopState | undefined {
  const all = Object.entries(copies);
  const free = all.filter(([, copy]) => copy.movieId === movieId && copy.rentId === null);
  const retired = new Set(more < 0 ? free.slice(more) : []);
  const kept = Object.fromEntries(all.filter((copy) => !retired.has(copy)));
  const added = Object.keys(answer?.copies ?? {}).filter((id) => !copies[Number(id)]);
  if (answer && added.length !== Math.max(0, more)) return undefined;
  return { copies: { ...kept, ...Object.fromEntries(added.map((id) => [id, { movieId, rentId: null }])) }, rents };
}

function copiesOf({ copies }: ShopState, movieId: number): Answer['copies'] {
  const ofMovie = Object.entries(copies).filter(([, copy]) => copy.movieId === movieId);
  return Object.fromEntries(ofMovie.map(([id, { rentId }]) => [id, rentId === null ? 'in' : 'out']));
}
