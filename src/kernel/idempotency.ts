import { DomainError, type ErrorDescription } from './domain-error.js';

/**
 * An idempotent request: a client that lost the response may retry with the same key without repeating the effect.
 */
export interface IdempotentRequest<Result> {
  /** Identifies the operation among those of all callers; made of a key that the client generates. */
  readonly key: string;
  /** A digest of the request. */
  readonly request: string;
  /** Returns the response to store for retries. */
  readonly responseOf: (result: Result) => object;
  /** Returns the path of the resource in the response. */
  readonly resourceOf: (answer: object) => string;
}

/** Thrown for a retry of a completed request, with the stored response. */
export class IdempotentReplay extends Error {
  constructor(readonly storedResponse: object) {
    super('The request was carried out before.');
  }
}

export class IdempotencyKeyInUse extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'idempotency-key-in-use',
    category: 'conflict',
    title: 'Idempotency key in use',
    example: () => new IdempotencyKeyInUse(),
  };

  constructor() {
    super('A request with this Idempotency-Key is in progress. Retry in a moment.');
  }
}

export class IdempotencyKeyReused extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'idempotency-key-reused',
    category: 'invalid',
    title: 'Idempotency key reused',
    example: () => new IdempotencyKeyReused(),
  };

  constructor() {
    super('This Idempotency-Key was used for a different request. Generate a new key for each request.');
  }
}

/** A retry of a completed request whose response is not stored: it was too large, or showed a client deleted since. */
export class IdempotencyAnswerGone extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'idempotency-answer-gone',
    category: 'conflict',
    title: 'Idempotency answer gone',
    extensions: { resource: 'string' },
    example: () => new IdempotencyAnswerGone('/clients/12'),
  };

  /** @param resource the path of the created or changed resource */
  constructor(readonly resource: string) {
    super(`The request has succeeded before, but its response is no longer stored. See ${resource} for the result.`);
  }
}
