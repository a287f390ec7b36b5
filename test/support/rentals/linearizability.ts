/**
 * A request and its response. It took effect at one moment between the two instants. Without a response, `receivedAt` is
 * Infinity: the request took effect at any later moment, or never.
 */
export interface TimedOperation<Request, Answer> {
  readonly request: Request;
  readonly answer: Answer | undefined;
  /** The instants of the request and of the response, on one clock for all operations. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** The sequential specification of an object. */
export interface Model<State, Request, Answer> {
  readonly initial: State;
  /**
   * Returns the state after `request` in `state`, with this answer or without one; undefined if the answer is
   * impossible.
   */
  next(state: State, request: Request, answer: Answer | undefined): State | undefined;
  /** Whether the request changes nothing in any state. */
  isIdle(request: Request, answer: Answer | undefined): boolean;
  /** Returns the same text for equal states. */
  key(state: State): string;
}

/**
 * Searches for a sequence of the operations that the model allows, and in which no operation precedes one that was
 * answered before its request (Wing and Gong 1993, with the cache of Lowe 2017).
 * @returns undefined if there is one; otherwise the operations that cannot follow the longest sequence that was found, and
 * the last operations of that sequence
 */
export function findViolation<State, Request, Answer>(
  history: readonly TimedOperation<Request, Answer>[],
  model: Model<State, Request, Answer>,
):
  | { readonly before: TimedOperation<Request, Answer>[]; readonly stuck: TimedOperation<Request, Answer>[] }
  | undefined {
  const operations = [...history].sort((one, other) => one.sentAt - other.sentAt);
  const order: number[] = [];
  const done = new Set<number>();
  const refuted = new Set<string>();
  let longest: { order: number[]; stuck: number[] } = { order: [], stuck: [] };

  /** Returns the operations that can come next: no pending one was answered before their request. */
  const candidates = (): number[] => {
    const found: number[] = [];
    let firstReceivedAt = Infinity;
    for (const [index, { sentAt, receivedAt }] of operations.entries()) {
      if (sentAt > firstReceivedAt) break;
      if (done.has(index)) continue;
      found.push(index);
      firstReceivedAt = Math.min(firstReceivedAt, receivedAt);
    }
    return found.filter((index) => operations[index]!.sentAt <= firstReceivedAt);
  };

  const search = (state: State): boolean => {
    const next = candidates();
    if (next.every((index) => operations[index]!.receivedAt === Infinity)) return true;
    // The set of completed operations is determined by the first pending one and the completed ones after it.
    const missing = next[0]!;
    const config = `${missing} ${[...done]
      .filter((index) => index > missing)
      .sort((a, b) => a - b)
      .join()} ${model.key(state)}`;
    if (refuted.has(config)) return false;
    refuted.add(config);

    const possible = next.flatMap((index) => {
      const { request, answer } = operations[index]!;
      const after = model.next(state, request, answer);
      return after === undefined ? [] : [{ index, after, isIdle: model.isIdle(request, answer) }];
    });
    // Operations without a response come last: most likely they were not executed.
    possible.sort((one, other) => operations[one.index]!.receivedAt - operations[other.index]!.receivedAt || 0);
    // An operation that changes nothing can come first: moving it to the front keeps a sequence valid.
    const idle = possible.find(({ isIdle }) => isIdle);
    for (const one of idle ? [idle] : possible) {
      done.add(one.index);
      order.push(one.index);
      if (search(one.after)) return true;
      done.delete(one.index);
      order.pop();
    }
    if (order.length >= longest.order.length) longest = { order: [...order], stuck: next };
    return false;
  };

  if (search(model.initial)) return undefined;
  const at = (index: number): TimedOperation<Request, Answer> => operations[index]!;
  return { before: longest.order.slice(-10).map(at), stuck: longest.stuck.map(at) };
}
