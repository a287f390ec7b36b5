import { DomainError, type ErrorDescription, type Refusal } from '../kernel/domain-error.js';

export class StockTooLow extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'stock-too-low',
    category: 'conflict',
    title: 'Stock too low',
    extensions: { stock: 'integer', retirable: 'integer' },
    example: () => new StockTooLow(2, 5, 1),
  };

  /** @param retirable number of copies in stock that are not out, and can be retired */
  constructor(
    wanted: number,
    readonly stock: number,
    readonly retirable: number,
  ) {
    super(
      `The stock of ${stock} cannot be lowered to ${wanted}: only ${retirable} copies can be retired. Nothing was changed.`,
    );
  }
}

export class StockTooHigh extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'stock-too-high',
    category: 'conflict',
    title: 'Stock too high',
    extensions: { limit: 'integer' },
    listsErrors: 'sometimes',
    example: () => new StockTooHigh(10_000),
  };

  /** @param errors the refusals of a check-out, which names several copies */
  constructor(
    readonly limit: number,
    override readonly errors: readonly Refusal[] = [],
  ) {
    super(`A movie can have at most ${limit} copies in stock.`);
  }
}

export class CopyCodeTaken extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'copy-code-taken',
    category: 'conflict',
    title: 'Copy code taken',
    extensions: { copyCode: 'string' },
    example: () => new CopyCodeTaken('DVD-0042'),
  };

  constructor(readonly copyCode: string) {
    super(`A copy with the code ${copyCode} already exists.`);
  }
}

export class MovieWasRented extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'movie-was-rented',
    category: 'conflict',
    title: 'Movie was rented',
    extensions: { loans: 'integer' },
    example: () => new MovieWasRented(12),
  };

  /** @param loans number of rentals of its copies */
  constructor(readonly loans: number) {
    super(`The movie cannot be deleted: its copies were rented ${loans} times. Set its stock to 0 instead.`);
  }
}

export class CopyWasRented extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'copy-was-rented',
    category: 'conflict',
    title: 'Copy was rented',
    extensions: { loans: 'integer' },
    example: () => new CopyWasRented(12),
  };

  constructor(
    readonly loans: number,
    purpose: 'deleted' | 'moved' = 'deleted',
  ) {
    super(
      purpose === 'deleted'
        ? `The copy cannot be deleted: it was rented ${loans} times. Set its service_state to retired instead.`
        : `The copy cannot be moved to another movie: it was rented ${loans} times. Retire it, and add it to the other ` +
            'movie with a new code.',
    );
  }
}

export class CopyIsOut extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'copy-is-out',
    category: 'conflict',
    title: 'Copy is out',
    extensions: { movieRentId: 'integer' },
    example: () => new CopyIsOut(42),
  };

  constructor(readonly movieRentId: number) {
    super(`The copy is out on rental ${movieRentId}. Its service state can be changed after its return.`);
  }
}
