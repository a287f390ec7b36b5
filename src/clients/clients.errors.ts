import { DomainError, type ErrorDescription } from '../kernel/domain-error.js';

export class LicenseNumberTaken extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'license-number-taken',
    category: 'conflict',
    title: 'License number taken',
    example: () => new LicenseNumberTaken(),
  };

  constructor() {
    super('Another client has this license number.');
  }
}

export class ClientHasRents extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'client-has-rents',
    category: 'conflict',
    title: 'Client has rents',
    extensions: { openRents: 'integer', closedRents: 'integer' },
    example: () => new ClientHasRents(1, 4),
  };

  constructor(
    readonly openRents: number,
    readonly closedRents: number,
  ) {
    super(`The client cannot be deleted: it has ${openRents} open and ${closedRents} closed rentals.`);
  }
}
