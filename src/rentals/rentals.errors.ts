import { DomainError, type ErrorDescription, type Refusal } from '../kernel/domain-error.js';

export class CopyAlreadyRented extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'copy-already-rented',
    category: 'conflict',
    title: 'Copy already rented',
    extensions: { movieCopyIds: 'integers' },
    listsErrors: true,
    example: () =>
      new CopyAlreadyRented(
        [1],
        [
          {
            path: ['details', 0, 'movieCopyId'],
            code: 'copy_rented',
            detail: 'Copy 1 is out.',
            overridable: false,
            facts: { dueOn: '2026-02-21' },
          },
        ],
      ),
  };

  constructor(
    readonly movieCopyIds: number[],
    override readonly errors: readonly Refusal[],
  ) {
    super(`Copies already rented: ${movieCopyIds.join(', ')}.`);
  }
}

export class CopyNotInService extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'copy-not-in-service',
    category: 'conflict',
    title: 'Copy not in service',
    extensions: { movieCopyIds: 'integers' },
    listsErrors: true,
    example: () =>
      new CopyNotInService(
        [1],
        [
          {
            path: ['details', 0, 'movieCopyId'],
            code: 'copy_not_in_service',
            detail: 'Copy 1 is not in service.',
            overridable: true,
            facts: {},
          },
        ],
      ),
  };

  constructor(
    readonly movieCopyIds: number[],
    override readonly errors: readonly Refusal[],
  ) {
    super(`Copies not in service: ${movieCopyIds.join(', ')}.`);
  }
}

export class NoCopyAvailable extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'no-copy-available',
    category: 'conflict',
    title: 'No copy available',
    extensions: { movieIds: 'integers' },
    listsErrors: true,
    example: () =>
      new NoCopyAvailable(
        [1],
        [
          {
            path: ['details', 0, 'movieId'],
            code: 'no_copy_available',
            detail: 'No copy of movie 1 is available.',
            overridable: false,
            facts: { dueOn: '2026-02-21' },
          },
        ],
      ),
  };

  constructor(
    readonly movieIds: number[],
    override readonly errors: readonly Refusal[],
  ) {
    super(`No copy available of movies: ${movieIds.join(', ')}.`);
  }
}

/** Rules for the client are the only refusals of a rental. */
export class CheckOutRefused extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'check-out-refused',
    category: 'conflict',
    title: 'Check-out refused',
    listsErrors: true,
    example: () =>
      new CheckOutRefused([
        {
          path: ['clientId'],
          code: 'limit_reached',
          detail: 'The client may have 3 copies out, and has 2.',
          overridable: true,
          facts: { limit: 3, open: 2 },
        },
      ]),
  };

  constructor(override readonly errors: readonly Refusal[]) {
    super(errors.map(({ detail }) => detail).join(' '));
  }
}

/** A rule refuses the renewal of a line. */
export class RenewalRefused extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'renewal-refused',
    category: 'conflict',
    title: 'Renewal refused',
    listsErrors: true,
    example: () =>
      new RenewalRefused([
        {
          path: ['details', 0, 'code'],
          code: 'renewal_limit_reached',
          detail: 'Line 46 was renewed 2 times; the limit is 2.',
          overridable: true,
          facts: { limit: 2, renewals: 2 },
        },
      ]),
  };

  constructor(override readonly errors: readonly Refusal[]) {
    super(errors.map(({ detail }) => detail).join(' '));
  }
}

export class RentClosed extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'rent-closed',
    category: 'conflict',
    title: 'Rent closed',
    example: () => new RentClosed(),
  };

  constructor() {
    super('The rental is closed; its client and lines cannot be changed.');
  }
}

export class LineReturned extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'line-returned',
    category: 'conflict',
    title: 'Line returned',
    extensions: { detailIds: 'integers' },
    example: () => new LineReturned([2]),
  };

  constructor(readonly detailIds: number[]) {
    super(`Lines ${detailIds.join(', ')} were returned and cannot be changed.`);
  }
}

export class RentVoided extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'rent-voided',
    category: 'conflict',
    title: 'Rent voided',
    extensions: { movieRentId: 'integer' },
    example: () => new RentVoided(42),
  };

  constructor(readonly movieRentId: number) {
    super(`Rental ${movieRentId} is void and cannot be changed.`);
  }
}

export class CorrectionTimeOver extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'correction-time-over',
    category: 'conflict',
    title: 'Correction time over',
    extensions: { correctionMinutes: 'integer' },
    example: () => new CorrectionTimeOver(30),
  };

  constructor(readonly correctionMinutes: number) {
    super(`A rental can be deleted in the first ${correctionMinutes} minutes only. Void it instead.`);
  }
}
