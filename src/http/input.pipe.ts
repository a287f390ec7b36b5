import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { LRUCache } from 'lru-cache';
import type { CursorCipher } from './cursor.js';
import { HttpProblem, invalidInput, type RequestFault } from './http-problem.js';
import { PageQuery } from './paging.js';
import { jsonPointer } from './wire-names.js';

type Path = readonly (string | number)[];

/** Deeper than any document of ours; class-transformer would overflow the stack on thousands. */
const deepestNesting = 32;

/** Characters of all queries that are kept with their DTOs. */
const maxCachedCharacters = 64 * 1024;
/** Characters of one of them. A longer query, a search for a long text, seldom comes again. */
const maxCachedLength = 256;
/** Characters that take as much memory as a DTO. */
const dtoCharacters = 256;

/** Turns a body or a query into its DTO, or answers with everything that is wrong with it. */
@Injectable()
export class InputPipe implements PipeTransform {
  private readonly queries = new LRUCache<string, { readonly metatype: Type; readonly dto: object }>({
    maxSize: maxCachedCharacters,
    sizeCalculation: (_, query) => query.length + dtoCharacters,
  });

  constructor(private readonly cursorCipher: CursorCipher) {}

  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (!metatype) return value;
    if (type === 'body') return read(value, type, metatype);
    return type === 'query' ? this.query(value as object, metatype) : value;
  }

  /** Most queries come again and again, and were found valid before. */
  private query(value: object, metatype: Type): object {
    const query = JSON.stringify(value);
    const key = `${metatype.name} ${query}`;
    const known = this.queries.get(key);
    if (known?.metatype === metatype) return known.dto;
    const dto = Object.freeze(this.readQuery(value, metatype));
    if (key.length <= maxCachedLength) this.queries.set(key, { metatype, dto });
    return dto;
  }

  private readQuery(value: object, metatype: Type): object {
    const dto = read(value, 'query', metatype);
    return dto instanceof PageQuery ? dto.encryptingCursorsBy(this.cursorCipher) : dto;
  }
}

/** @throws HttpProblem */
function read(value: unknown, type: 'body' | 'query', metatype: Type): object {
  const faultAt = (path: Path, detail: string): RequestFault =>
    type === 'body' ? { pointer: jsonPointer(path), detail } : { parameter: String(path[0]), detail };

  const unstorable = [...findUnstorable(value, [])].map(([path, detail]) => faultAt(path, detail));
  if (unstorable.length > 0) throw invalidInput(unstorable);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidInput([faultAt([], 'A JSON object is expected.')]);
  }

  const dto = plainToInstance(metatype as Type<object>, value, { exposeDefaultValues: true });
  const errors = validateSync(dto, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  const faults = [...findVanished(value, dto, []), ...errors.flatMap((error) => [...flatten(error, [])])].map(
    ([path, detail]) => faultAt(path, detail),
  );
  if (faults.length > 0) throw invalidInput(faults);
  return dto;
}

/** Finds what no database of ours stores or JavaScript takes amiss, wherever it hides. */
function* findUnstorable(value: unknown, path: Path): Generator<[Path, string]> {
  if (path.length > deepestNesting) {
    throw new HttpProblem('malformed-request', `The body is nested more than ${deepestNesting} deep.`);
  }
  if (typeof value === 'string' && value.includes('\0')) yield [path, 'must not contain NUL characters'];
  if (typeof value === 'string' && !value.isWellFormed()) yield [path, 'must not contain lone surrogates'];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield* findUnstorable(member, [...path, Array.isArray(value) ? Number(name) : name]);
  }
}

/**
 * Finds members that are lost on the way into the DTO, since they go by the name of a method, of `__proto__` or
 * of `constructor`: they are as unknown as any other, and a typo must not vanish.
 */
function* findVanished(value: unknown, arrived: unknown, path: Path): Generator<[Path, string]> {
  if (typeof value !== 'object' || value === null || typeof arrived !== 'object' || arrived === null) return;
  for (const [name, member] of Object.entries(value)) {
    const step = [...path, Array.isArray(value) ? Number(name) : name];
    if (!Object.hasOwn(arrived, name)) yield [step, `property ${name} should not exist`];
    else yield* findVanished(member, (arrived as Record<string, unknown>)[name], step);
  }
}

function* flatten(error: ValidationError, parents: Path): Generator<[Path, string]> {
  const step = /^\d+$/.test(error.property) ? Number(error.property) : error.property;
  const path = [...parents, step];
  for (const detail of Object.values(error.constraints ?? {})) yield [path, detail];
  for (const child of error.children ?? []) yield* flatten(child, path);
}
