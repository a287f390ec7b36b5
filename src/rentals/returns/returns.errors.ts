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

export class CopyWithdrawn extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'copy-withdrawn',
    category: 'conflict',
    title: 'Copy withdrawn',
    extensions: { movieCopyId: 'integer', serviceState: 'string' },
    example: () => new CopyWithdrawn(7, 'lost'),
  };

  constructor(
    readonly movieCopyId: number,
    readonly serviceState: string,
  ) {
    super(`Copy ${movieCopyId} is ${serviceState} since its return, and cannot be out.`);
  }
}

export class LineLost extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'line-lost',
    category: 'conflict',
    title: 'Line lost',
    extensions: { detailIds: 'integers' },
    example: () => new LineLost([2]),
  };

  constructor(readonly detailIds: number[]) {
    super(`Lines ${detailIds.join(', ')} ended by the loss of their copies and cannot be changed.`);
  }
}
