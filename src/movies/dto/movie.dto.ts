import { ApiSchema } from '@nestjs/swagger';
import { GenreDto } from '../../genres/dto/genre.dto.js';
import { DateField } from '../../platform/http/dto/calendar-fields.js';
import {
  AmountField,
  ExpansionField,
  IdField,
  IntegerField,
  ListField,
  TextField,
} from '../../platform/http/dto/fields.js';
import { maxId } from '../../platform/http/dto/path-id.js';
import { maxCopiesShown, type StockedMovie, stockOf } from '../movie-copy.entity.js';
import type { Movie } from '../movie.entity.js';
import { MovieCopyDto } from './movie-copy.dto.js';

/** The year of a movie. The first motion pictures date from the 1870s. */
export const yearField = { description: 'Year of release.', minimum: 1870, maximum: 2200, example: 1954 };

/** Terms of a movie that differ from the shop's. */
export const termsFields = {
  rental_days: {
    minimum: 0,
    maximum: 3650,
    description: 'Days until a copy is due; null: the value of the shop.',
    example: 1,
  },
  rental_rate: { description: 'Price of the rental of one copy; null: the value of the shop.', example: 450 },
  late_fee_per_day: { description: 'Fee for each day that a copy is late; null: the value of the shop.', example: 150 },
  replacement_cost: { description: 'Price of a copy that was lost; null: the value of the shop.', example: 3000 },
};

/** A movie in a rental. */
@ApiSchema({ name: 'MovieSummary' })
export class MovieSummaryDto {
  @IdField({ description: 'Id of the movie.', origin: 'assigned' })
  id!: number;

  @TextField({ description: 'Title of the movie.', maxLength: 255, example: 'Seven Samurai' })
  title!: string;

  @TextField({
    description: 'Description of the movie.',
    maxLength: 5000,
    nullable: true,
    example: 'A village that has nothing hires seven swordsmen for three bowls of rice a day.',
  })
  description!: string | null;

  @IntegerField(yearField)
  year!: number;

  @TextField({ description: 'Director of the movie.', maxLength: 255, nullable: true, example: 'Akira Kurosawa' })
  director!: string | null;

  @IdField({ description: 'Id of its genre.' })
  genre_id!: number;

  constructor(movie: Movie) {
    this.id = movie.id;
    this.title = movie.title;
    this.description = movie.description;
    this.year = movie.year;
    this.director = movie.director;
    this.genre_id = movie.genreId;
  }
}

/** The return of lost copies can exceed the limit of the stock. */
const countField = { minimum: 0, maximum: maxId };

@ApiSchema({ name: 'Movie' })
export class MovieDto extends MovieSummaryDto {
  @IntegerField({ ...termsFields.rental_days, nullable: true, example: null })
  rental_days!: number | null;

  @AmountField({ ...termsFields.rental_rate, nullable: true, example: null })
  rental_rate!: number | null;

  @AmountField({ ...termsFields.late_fee_per_day, nullable: true, example: null })
  late_fee_per_day!: number | null;

  @AmountField({ ...termsFields.replacement_cost, nullable: true, example: null })
  replacement_cost!: number | null;

  @IntegerField({ ...countField, description: 'Number of copies, except lost and retired ones.', example: 2 })
  stock!: number;

  @IntegerField({ ...countField, description: 'Number of copies that can be rented now.', example: 2, derived: true })
  available!: number;

  @DateField({
    description:
      'If no copy is available: date on which the first of those that are out is due; null if a copy is available, or none is due.',
    nullable: true,
    derived: true,
    example: null,
  })
  next_due_on!: string | null;

  @ListField(() => MovieCopyDto, {
    description: `The copies in stock, at most the ${maxCopiesShown} oldest.`,
    maxItems: maxCopiesShown,
    derived: true,
    example: ['DVD-0001', 'VHS-0001'].map((code, index) => ({
      id: index + 1,
      movie_id: 1,
      code,
      service_state: 'in_service',
      is_available: true,
    })),
  })
  copies!: MovieCopyDto[];

  @TextField({
    description: `URL of the list of all copies, including lost and retired ones, if \`copies\` is incomplete.`,
    maxLength: 200,
    nullable: true,
    example: null,
    derived: true,
  })
  copies_url!: string | null;

  @ExpansionField(() => GenreDto, 'Its genre, with `expand=genre`.')
  genre?: GenreDto;

  constructor(movie: StockedMovie, publicUrl: string) {
    super(movie);
    this.rental_days = movie.rentalDays;
    this.rental_rate = movie.rentalRate;
    this.late_fee_per_day = movie.lateFeePerDay;
    this.replacement_cost = movie.replacementCost;
    const { stock, available, nextDueOn } = stockOf(movie);
    this.stock = stock;
    this.available = available;
    this.next_due_on = nextDueOn;
    this.copies = movie.copies.slice(0, maxCopiesShown).map(MovieCopyDto.of);
    this.copies_url = stock > maxCopiesShown ? `${publicUrl}/movies/${movie.id}/copies` : null;
    if (movie.genre) this.genre = new GenreDto(movie.genre);
  }

  /** @param context has the prefix of links in responses */
  static for = ({ publicUrl }: { readonly publicUrl: string }): ((movie: StockedMovie) => MovieDto) => {
    return (movie) => new MovieDto(movie, publicUrl);
  };
}
