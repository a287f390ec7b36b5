import { ApiSchema } from '@nestjs/swagger';
import { ReadOnlyMembersOf, MergePatch, TextField } from '../../platform/http/dto/fields.js';
import type { GenreFields } from '../genre.entity.js';
import { GenreDto } from './genre.dto.js';

/** A genre to add or to replace. */
@ReadOnlyMembersOf(GenreDto, 'id')
@ApiSchema({ name: 'GenreInput' })
export class GenreInput {
  @TextField({
    description: 'Name of the genre, unique regardless of case and width.',
    maxLength: 100,
    example: 'Road movie',
  })
  name!: string;

  @TextField({
    description: 'Description of the genre.',
    maxLength: 2000,
    kind: 'prose',
    optional: true,
    example: 'The way matters more than the destination.',
  })
  description?: string | null;

  toFields(): GenreFields {
    return { name: this.name, description: this.description ?? null };
  }
}

@ApiSchema({ name: 'GenrePatch' })
export class GenrePatch extends MergePatch(GenreInput) {
  toFields(): Partial<GenreFields> {
    return { name: this.name, description: this.description } satisfies Record<keyof GenreFields, unknown>;
  }
}
