import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { NotFound } from '../kernel/domain-error.js';
import { MovieDto } from '../movies/dto/movie.dto.js';
import { StockTooHigh } from '../movies/movies.errors.js';
import { PathId } from '../platform/http/dto/path-id.js';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { MovieMergeInput } from './dto/merge-input.dto.js';
import { MovieMergingService } from './movie-merging.service.js';

@ApiTags('Movies')
@Controller('movies/:id/merge')
export class MovieMergingController {
  constructor(private readonly merging: MovieMergingService) {}

  @Post()
  @Operation({
    access: 'catalog:write',
    summary: 'Merge a duplicate into a movie',
    description:
      'For a title that was entered twice. All copies of the duplicate, with their rentals, become copies of this movie, ' +
      'which takes over its description, director and terms if it has none; the duplicate is deleted. Rentals keep the ' +
      'terms that they began with. Recorded with the comment.',
    returns: MovieDto,
    requestExamples: { 'A duplicate': { movie_id: 31, comment: 'Entered twice.' } },
    exampleId: 2,
    isConditional: true,
    problems: [NotFound, StockTooHigh],
  })
  async mergeMovies(
    @PathId() id: number,
    @Body() input: MovieMergeInput,
    @Context() context: RequestContext,
  ): Promise<MovieDto> {
    const toDto = MovieDto.for(context);
    return toDto(await this.merging.merge(id, input.toMerge(), context.command(toDto)));
  }
}
