import type { Type } from '@nestjs/common';
import { readDto } from '../../src/platform/http/dto/dto-reader.js';
import { HttpProblem } from '../../src/platform/http/problems/http-problem.js';
import { InputErrors } from '../../src/platform/http/problems/input-errors.js';
import type { Faults, Place } from './faults.js';

/**
 * Validates a row as a request with the same members, so that there is one set of rules. Errors of the request are
 * added to the faults.
 * @param at returns the place of a member of the row in the files
 */
export function readRow<Dto extends object>(
  type: Type<Dto>,
  members: object,
  at: (member: string) => Place,
  faults: Faults,
): Dto | undefined {
  try {
    return InputErrors.collect('body', (errors) => readDto(type, members, errors));
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    for (const { pointer, detail } of error.errors!) faults.add(at(pointer!.slice('#/'.length)), detail.slice(0, -1));
    return undefined;
  }
}
