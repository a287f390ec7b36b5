import { DomainError, type ErrorDescription } from '../kernel/domain-error.js';

export class ClientHasOpenRents extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'client-has-open-rents',
    category: 'conflict',
    title: 'Client has open rents',
    extensions: { openCopies: 'integer' },
    example: () => new ClientHasOpenRents(2),
  };

  constructor(readonly openCopies: number) {
    super(`The client cannot be erased: it has ${openCopies} copies out.`);
  }
}
