import { Param, type PipeTransform } from '@nestjs/common';
import { invalidInput } from '../problems/http-problem.js';

/** The largest id, an int32 in both databases. */
export const maxId = 2 ** 31 - 1;

/** @throws HttpProblem 422 */
export function parsePathId(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) {
    const detail = 'id must be a positive integer in decimal digits.';
    throw invalidInput([{ parameter: 'id', code: 'format', detail }]);
  }
  // Ids beyond int32 cannot exist; 0 never matches, so they yield 404.
  return Number(value) > maxId ? 0 : Number(value);
}

class PathIdPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    return parsePathId(value);
  }
}

/** Injects the `{id}` of the path. */
export const PathId = (): ParameterDecorator => Param('id', new PathIdPipe());
