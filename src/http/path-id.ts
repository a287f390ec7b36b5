import { Param, type PipeTransform } from '@nestjs/common';
import { invalidInput } from './http-problem.js';

/** The largest id the databases can hold. */
export const largestId = 2 ** 31 - 1;

class PathIdPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    if (!/^[1-9]\d*$/.test(value)) {
      throw invalidInput([{ parameter: 'id', detail: 'id must be a whole number from 1 up, in plain digits.' }]);
    }
    // Ids start at 1: 0 stands for one that is too large for anything to have.
    return Number(value) > largestId ? 0 : Number(value);
  }
}

/** The `{id}` of the path. */
export const PathId = (): ParameterDecorator => Param('id', new PathIdPipe());
