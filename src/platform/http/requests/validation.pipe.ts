import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { CursorCipher } from '../paging/cursor.js';
import { readQuery } from '../dto/dto-reader.js';
import { PageQuery } from '../paging/page-query.js';

/** Characters of all queries that are kept with their DTOs. */
const maxCachedCharacters = 64 * 1024;
/** Characters of one of them. A longer query, a search for a long text, seldom comes again. */
const maxCachedLength = 256;
/** Characters that take as much memory as a DTO. */
const dtoCharacters = 256;

/** Turns a query into its DTO, or answers with everything that is wrong with it. RequestBodyGuard does so with bodies. */
@Injectable()
export class ValidationPipe implements PipeTransform {
  private readonly queries = new LRUCache<string, { readonly metatype: Type; readonly dto: object }>({
    maxSize: maxCachedCharacters,
    sizeCalculation: (_, query) => query.length + dtoCharacters,
  });

  constructor(private readonly cursorCipher: CursorCipher) {}

  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    return type === 'query' && metatype ? this.query(value as object, metatype) : value;
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
    const dto = readQuery(metatype as Type<object>, value);
    return dto instanceof PageQuery ? dto.withCursorCipher(this.cursorCipher) : dto;
  }
}
