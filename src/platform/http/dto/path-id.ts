import { Param, type PipeTransform } from '@nestjs/common';
import { invalidInput } from '../problems/http-problem.js';

/** The largest id the databases can hold. */
export const maxId = 2 ** 31 - 1;

/** @throws HttpProblem 422 */
export function parsePathId(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) {
    const detail = 'id must be a whole number from 1 up, in plain digits.';
    throw invalidInput([{ parameter: 'id', code: 'format', detail }]);
  }
  // Ids start at 1: 0 stands for one that is too large for anything to have.
  return Number(value) > maxId ? 0 : Number(value);
}

class PathIdPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    return parsePathId(value);
  }
}

/** The `{id}` of the path. */
export const PathId = (): ParameterDecorator => Param('id', new PathIdPipe());
