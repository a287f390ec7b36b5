import { ReadOnlyMembersOf, MergePatch, TextField } from '../../platform/http/dto/fields.js';
import type { GenreFields } from '../genre.entity.js';
import { GenreDto } from './genre.dto.js';

/** A genre as a clerk writes it. */
@ReadOnlyMembersOf(GenreDto, 'id')
export class GenreInput {
  @TextField({
    description: 'What it is called; unique without regard to case.',
    maxLength: 100,
    example: 'Road movie',
  })
  name: string;

  @TextField({
    description: 'What belongs in it.',
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

export class GenrePatch extends MergePatch(GenreInput) {
  toFields(): Partial<GenreFields> {
    return { name: this.name, description: this.description };
  }
}
