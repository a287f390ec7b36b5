import { DomainError, type ErrorDescription } from './domain-error.js';

/**
 * Work that is done once however often it is asked for: whoever asks doesn't know whether an earlier try, whose
 * answer they never saw, was the one that did it.
 */
export interface Once<Result> {
  /** Chosen by whoever asks, one for each thing they want done. */
  readonly key: string;
  /** What is asked for, as far as two requests can differ in it. */
  readonly request: string;
  /** The answer to keep, for whoever asks again. */
  readonly answer: (result: Result) => object;
}

/** The work was done before; this was the answer. */
export class DoneBefore extends Error {
  constructor(readonly answer: object) {
    super('This was done before.');
  }
}

export class IdempotencyKeyInUse extends DomainError {
  static readonly description: ErrorDescription = {
    kind: 'conflict',
    title: 'Idempotency key in use',
    example: () => new IdempotencyKeyInUse(),
  };

  constructor() {
    super('A request with this Idempotency-Key is still at work. Ask again in a moment.');
  }
}

export class IdempotencyKeyReused extends DomainError {
  static readonly description: ErrorDescription = {
    kind: 'invalid',
    title: 'Idempotency key reused',
    example: () => new IdempotencyKeyReused(),
  };

  constructor() {
    super('This Idempotency-Key came with another request before. Choose a new key for each thing to be done.');
  }
}
