import { DomainError, type ErrorDescription } from './domain-error.js';

/**
 * Work that is done once however often it is asked for: whoever asks doesn't know whether an earlier try, whose
 * answer they never saw, was the one that did it.
 */
export interface IdempotentRequest<Result> {
  /** Chosen by whoever asks, one for each thing they want done. */
  readonly key: string;
  /** What is asked for, as far as two requests can differ in it. */
  readonly request: string;
  /** The answer to keep, for whoever asks again. */
  readonly responseOf: (result: Result) => object;
  /** The path of the resource that the answer shows. */
  readonly resourceOf: (answer: object) => string;
}

/** The work was done before; this was the answer. */
export class IdempotentReplay extends Error {
  constructor(readonly storedResponse: object) {
    super('This was done before.');
  }
}

export class IdempotencyKeyInUse extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'conflict',
    title: 'Idempotency key in use',
    example: () => new IdempotencyKeyInUse(),
  };

  constructor() {
    super('A request with this Idempotency-Key is still at work. Ask again in a moment.');
  }
}

export class IdempotencyKeyReused extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'invalid',
    title: 'Idempotency key reused',
    example: () => new IdempotencyKeyReused(),
  };

  constructor() {
    super('This Idempotency-Key came with another request before. Choose a new key for each thing to be done.');
  }
}

/** The work was done before, but its answer is not kept: it was too large, or showed a person who was deleted since. */
export class IdempotencyAnswerGone extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'conflict',
    title: 'Idempotency answer gone',
    extensions: { resource: 'string' },
    example: () => new IdempotencyAnswerGone('/clients/12'),
  };

  /** @param resource the path of what was created or changed */
  constructor(readonly resource: string) {
    super(`The request was carried out before; its answer is no longer kept. Look for the result at ${resource}.`);
  }
}
