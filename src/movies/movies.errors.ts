import { DomainError, type ErrorDescription } from '../kernel/domain-error.js';

export class StockTooLow extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'conflict',
    title: 'Stock too low',
    extensions: { stock: 'integer', retirable: 'integer' },
    example: () => new StockTooLow(2, 5, 1),
  };

  /** @param retirable how many of the present stock could be taken away: those that are in */
  constructor(
    wanted: number,
    readonly stock: number,
    readonly retirable: number,
  ) {
    super(`The stock of ${stock} can't be lowered to ${wanted}: only ${retirable} copies are in. Nothing was changed.`);
  }
}

export class StockTooHigh extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'conflict',
    title: 'Stock too high',
    extensions: { limit: 'integer' },
    example: () => new StockTooHigh(10_000),
  };

  constructor(readonly limit: number) {
    super(`A movie can have ${limit} copies in stock at most.`);
  }
}

export class CopyCodeTaken extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'conflict',
    title: 'Copy code taken',
    extensions: { copyCode: 'string' },
    example: () => new CopyCodeTaken('DVD-0042'),
  };

  constructor(readonly copyCode: string) {
    super(`There is already a copy with the code ${copyCode}.`);
  }
}

export class MovieWasRented extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'conflict',
    title: 'Movie was rented',
    extensions: { loans: 'integer' },
    example: () => new MovieWasRented(12),
  };

  /** @param loans how often its copies were ever lent */
  constructor(readonly loans: number) {
    super(`The movie can't be deleted: its copies were lent ${loans} times. Lower its stock to 0 instead.`);
  }
}

export class CopyWasRented extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'conflict',
    title: 'Copy was rented',
    extensions: { loans: 'integer' },
    example: () => new CopyWasRented(12),
  };

  constructor(readonly loans: number) {
    super(`The copy can't be deleted: it was lent ${loans} times. Set its service_state to retired instead.`);
  }
}

export class CopyIsOut extends DomainError {
  static readonly description: ErrorDescription = {
    category: 'conflict',
    title: 'Copy is out',
    extensions: { movieRentId: 'integer' },
    example: () => new CopyIsOut(42),
  };

  constructor(readonly movieRentId: number) {
    super(`The copy is out, on rental ${movieRentId}; its service state can be changed when it is back.`);
  }
}
