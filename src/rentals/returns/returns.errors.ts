import { DomainError, type ErrorDescription } from '../../kernel/domain-error.js';

export class CopyLentSince extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'copy-lent-since',
    category: 'conflict',
    title: 'Copy lent since',
    extensions: { movieCopyId: 'integer', movieRentId: 'integer' },
    example: () => new CopyLentSince(7, 42),
  };

  /** @param movieRentId the rental that has the copy now, or had it last */
  constructor(
    readonly movieCopyId: number,
    readonly movieRentId: number,
  ) {
    super(`Copy ${movieCopyId} was lent since then, on rental ${movieRentId}.`);
  }
}
