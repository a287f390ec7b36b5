import { ApiSchema } from '@nestjs/swagger';
import { IdField, TextField } from '../../platform/http/dto/fields.js';
import type { Genre } from '../genre.entity.js';

@ApiSchema({ name: 'Genre' })
export class GenreDto {
  @IdField({ description: 'Id of the genre.', origin: 'assigned' })
  id: number;

  @TextField({ description: 'Name of the genre.', maxLength: 100, example: 'Action' })
  name: string;

  @TextField({
    description: 'Description of the genre.',
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

  static of = (genre: Genre): GenreDto => new GenreDto(genre);
}
