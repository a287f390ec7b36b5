/**
 * Something that was asked and answered. Between the two instants, and at one moment, it happened. What was never
 * answered, so that `answered` is Infinity, happened at any moment after it was asked, or not at all.
 */
export interface Operation<Request, Answer> {
  readonly request: Request;
  readonly answer: Answer | undefined;
  /** When it was asked, and when the answer had come; on one clock for all operations. */
  readonly asked: number;
  readonly answered: number;
}

/** What one thing should do if it were asked one thing after the other. */
export interface Model<State, Request, Answer> {
  readonly initial: State;
  /** The state after `request` was answered so in `state`, or wasn't answered; undefined where it can't have been. */
  next(state: State, request: Request, answer: Answer | undefined): State | undefined;
  /** Whether this changes nothing, whatever the state it is asked in. */
  isIdle(request: Request, answer: Answer | undefined): boolean;
  /** The same text for the same state. */
  key(state: State): string;
}

/**
 * Looks for an order of the operations in which each is answered as the model says, and none comes before another
 * that was answered before it was asked (Wing and Gong 1993, with the memory of Lowe 2017).
 * @returns undefined where there is one; else the operations of which none can come next after the longest that was
 * found, and the last of those before
 */
export function findViolation<State, Request, Answer>(
  history: readonly Operation<Request, Answer>[],
  model: Model<State, Request, Answer>,
): { readonly before: Operation<Request, Answer>[]; readonly stuck: Operation<Request, Answer>[] } | undefined {
  const operations = [...history].sort((one, other) => one.asked - other.asked);
  const order: number[] = [];
  const done = new Set<number>();
  const refuted = new Set<string>();
  let longest: { order: number[]; stuck: number[] } = { order: [], stuck: [] };

  /** Those that can come next: no other that isn't done was answered before they were asked. */
  const candidates = (): number[] => {
    const found: number[] = [];
    let firstAnswer = Infinity;
    for (const [index, { asked, answered }] of operations.entries()) {
      if (asked > firstAnswer) break;
      if (done.has(index)) continue;
      found.push(index);
      firstAnswer = Math.min(firstAnswer, answered);
    }
    return found.filter((index) => operations[index]!.asked <= firstAnswer);
  };

  const search = (state: State): boolean => {
    const next = candidates();
    if (next.every((index) => operations[index]!.answered === Infinity)) return true;
    // Which are done follows from the first that isn't and from those after it that are.
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
    // What was never answered most likely wasn't done.
    possible.sort((one, other) => operations[one.index]!.answered - operations[other.index]!.answered || 0);
    // What changes nothing can as well come first: whatever order there is stays one with it moved to the front.
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
  const at = (index: number): Operation<Request, Answer> => operations[index]!;
  return { before: longest.order.slice(-10).map(at), stuck: longest.stuck.map(at) };
}
