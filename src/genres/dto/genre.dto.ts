import { IdField, TextField } from '../../platform/http/dto/fields.js';
import type { Genre } from '../genre.entity.js';

export class GenreDto {
  @IdField({ description: 'Names the genre.', origin: 'assigned' })
  id: number;

  @TextField({ description: 'What it is called.', maxLength: 100, example: 'Action' })
  name: string;

  @TextField({
    description: 'What belongs in it.',
    maxLength: 2000,
    nullable: true,
    example: 'Chases, fights and narrow escapes.',
  })
  description: string | null;

  constructor({ id, name, description }: Genre) {
    this.id = id;
    this.name = name;
    this.description = description;
  }

  static of = (genre: Genre): GenreDto => new this(genre);
}
