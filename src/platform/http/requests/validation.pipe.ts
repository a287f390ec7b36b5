import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { CursorCipher } from '../paging/cursor.js';
import { readQuery } from '../dto/dto-reader.js';
import { PageQuery } from '../paging/page-query.js';

/** Size of the cache of validated queries, in characters. */
const maxCachedCharacters = 64 * 1024;
/** Longer queries, such as searches for a long text, seldom repeat and are not cached. */
const maxCachedLength = 256;
/** Size of a DTO, in equivalent characters. */
const dtoCharacters = 256;

/** Validates a query and converts it to its DTO. RequestBodyGuard does the same for bodies. */
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

  /** Caches validated DTOs: most list queries repeat. */
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
