import { DomainError, type ErrorDescription, type Fault } from '../kernel/domain-error.js';

export class CopyAlreadyRented extends DomainError {
  static readonly description: ErrorDescription = {
    kind: 'conflict',
    title: 'Copy already rented',
    facts: { movieCopyIds: 'integers' },
    faulty: true,
    example: () =>
      new CopyAlreadyRented(
        [1],
        [{ path: ['details', 0, 'movieCopyId'], code: 'copy_rented', detail: 'Copy 1 is out.' }],
      ),
  };

  constructor(
    readonly movieCopyIds: number[],
    override readonly faults: readonly Fault[] = [],
  ) {
    super(`Already out: copies ${movieCopyIds.join(', ')}.`);
  }
}

export class CopyNotInService extends DomainError {
  static readonly description: ErrorDescription = {
    kind: 'conflict',
    title: 'Copy not in service',
    facts: { movieCopyIds: 'integers' },
    faulty: true,
    example: () =>
      new CopyNotInService(
        [1],
        [{ path: ['details', 0, 'movieCopyId'], code: 'copy_not_in_service', detail: 'Copy 1 is not in service.' }],
      ),
  };

  constructor(
    readonly movieCopyIds: number[],
    override readonly faults: readonly Fault[] = [],
  ) {
    super(`Not in service: copies ${movieCopyIds.join(', ')}.`);
  }
}

export class NoCopyAvailable extends DomainError {
  static readonly description: ErrorDescription = {
    kind: 'conflict',
    title: 'No copy available',
    facts: { movieIds: 'integers' },
    faulty: true,
    example: () =>
      new NoCopyAvailable(
        [1],
        [{ path: ['details', 0, 'movieId'], code: 'no_copy_available', detail: 'No copy of movie 1 is free.' }],
      ),
  };

  constructor(
    readonly movieIds: number[],
    override readonly faults: readonly Fault[] = [],
  ) {
    super(`No copy is free of movies ${movieIds.join(', ')}.`);
  }
}

export class RentClosed extends DomainError {
  static readonly description: ErrorDescription = {
    kind: 'conflict',
    title: 'Rent closed',
    example: () => new RentClosed(),
  };

  constructor() {
    super('The rental is closed; its client and its lines stay as they were.');
  }
}

export class LineReturned extends DomainError {
  static readonly description: ErrorDescription = {
    kind: 'conflict',
    title: 'Line returned',
    facts: { detailIds: 'integers' },
    example: () => new LineReturned([2]),
  };

  constructor(readonly detailIds: number[]) {
    super(`Lines ${detailIds.join(', ')} were returned; they stay as they were.`);
  }
}
