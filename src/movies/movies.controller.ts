import { Body, Controller, Delete, Get, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { PageResponse } from '../platform/http/paging/page-query.js';
import { PathId } from '../platform/http/dto/path-id.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { NotFound } from '../kernel/domain-error.js';
import { GetMovie, ListMovies, ListMoviesOfGenre } from './dto/list-movies.dto.js';
import { MovieInput, MoviePatch, MovieWithStockInput } from './dto/movie-input.dto.js';
import { MovieDto } from './dto/movie.dto.js';
import { CopyCodeTaken, MovieWasRented, StockTooHigh, StockTooLow } from './movies.errors.js';
import { MoviesService } from './movies.service.js';

/** A movie to add. */
const general = { title: 'The General', year: 1926, director: 'Buster Keaton', genre_id: 1 };
const withStock = { ...general, stock: 2 };
const withCodes = { ...general, copies: [{ code: 'BD-0002' }, { code: 'BD-0003' }] };

/** The first movie of the demonstration data. */
const sevenSamurai = {
  title: 'Seven Samurai',
  description: 'A village that has nothing hires seven swordsmen for three bowls of rice a day.',
  year: 1954,
  director: 'Akira Kurosawa',
  genre_id: 1,
};

const newCopy = { movie_id: 1, service_state: 'in_service', is_available: true };
const withoutCopies = { stock: 0, available: 0, copies: [] };

@ApiTags('Movies')
@Controller()
export class MoviesController {
  constructor(private readonly movies: MoviesService) {}

  @Get('movies')
  @Operation({
    access: 'catalog:read',
    summary: 'List and search movies',
    description:
      'Search movies by parts of their title and of the name of their director, or filter them by genre, year or availability.',
    returns: [MovieDto],
  })
  async listMovies(@Query() query: ListMovies, @Context() context: RequestContext): Promise<PageResponse<MovieDto>> {
    return PageResponse.of(
      await this.movies.page(query.toFilter(), query.toPage(), query.expand, context),
      query,
      MovieDto.for(context),
    );
  }

  @Get('genres/:id/movies')
  @Operation({
    access: 'catalog:read',
    summary: 'List the movies of a genre',
    description: 'All movies of one genre.',
    returns: [MovieDto],
    problems: [NotFound],
  })
  async listGenreMovies(
    @PathId() id: number,
    @Query() query: ListMoviesOfGenre,
    @Context() context: RequestContext,
  ): Promise<PageResponse<MovieDto>> {
    const list = query.scopedTo(id);
    return PageResponse.of(
      await this.movies.pageOfGenre(id, list.toPage(), list.expand, context),
      list,
      MovieDto.for(context),
    );
  }

  @Get('movies/:id')
  @Operation({
    access: 'catalog:read',
    summary: 'Get a movie with its copies',
    description: 'The movie, its copies in stock and their availability.',
    returns: MovieDto,
    problems: [NotFound],
  })
  async getMovie(
    @PathId() id: number,
    @Query() query: GetMovie,
    @Context() context: RequestContext,
  ): Promise<MovieDto> {
    return MovieDto.for(context)(await this.movies.get(id, query.expand, context));
  }

  @Post('movies/with_stock')
  @Operation({
    access: 'catalog:write',
    summary: 'Add a movie with its copies',
    description:
      'Adds a movie and its copies atomically: `stock` copies with generated barcodes, or `copies` with their own ' +
      'barcodes.',
    created: [MovieDto, '/movies'],
    requestExamples: { 'A number of copies': withStock, 'Copies with their barcodes': withCodes },
    problems: [CopyCodeTaken],
  })
  async addMovieWithStock(@Body() input: MovieWithStockInput, @Context() context: RequestContext): Promise<MovieDto> {
    return MovieDto.for(context)(
      await this.movies.createWithStock(input.toFields(), input.toStock(), context.command(MovieDto.for(context))),
    );
  }

  @Put('movies/:id/with_stock')
  @Operation({
    access: 'catalog:write',
    summary: 'Replace a movie and raise or lower its stock',
    description:
      'Raising the stock adds copies; lowering it retires copies that are not out. `copies` lists the existing copies ' +
      'unchanged, and those to add. Atomic: if too many copies are out, nothing is changed.',
    returns: MovieDto,
    requestExamples: { 'One more copy': { ...sevenSamurai, stock: 3 } },
    responseExample: { available: 3, copies: [{}, {}, { ...newCopy, id: 68, code: 'M5T6YKQ2' }] },
    problems: [NotFound, StockTooLow, StockTooHigh, CopyCodeTaken],
  })
  async replaceMovieWithStock(
    @PathId() id: number,
    @Body() input: MovieWithStockInput,
    @Context() context: RequestContext,
  ): Promise<MovieDto> {
    return MovieDto.for(context)(
      await this.movies.updateWithStock(id, input.toFields(), input.toStock(), context.command(MovieDto.for(context))),
    );
  }

  @Post('movies')
  @Operation({
    access: 'catalog:write',
    summary: 'Add a movie without copies',
    description: 'Adds a movie with a stock of 0.',
    created: [MovieDto, '/movies'],
    responseExample: withoutCopies,
  })
  async addMovie(@Body() input: MovieInput, @Context() context: RequestContext): Promise<MovieDto> {
    return MovieDto.for(context)(await this.movies.create(input.toFields(), context.command(MovieDto.for(context))));
  }

  @Post('movie')
  @Operation({
    access: 'catalog:write',
    summary: 'Add a movie without copies (legacy path)',
    description: 'Alias of `POST /movies`; use that instead.',
    created: [MovieDto, '/movies'],
    responseExample: withoutCopies,
    deprecated: true,
  })
  addMovieOldPath(@Body() input: MovieInput, @Context() context: RequestContext): Promise<MovieDto> {
    return this.addMovie(input, context);
  }

  @Put('movies/:id')
  @Operation({
    access: 'catalog:write',
    summary: 'Replace a movie',
    description: 'Replaces all editable members; absent optional members are removed. The copies are kept.',
    returns: MovieDto,
    requestExamples: { 'All members': sevenSamurai },
    problems: [NotFound],
  })
  async replaceMovie(
    @PathId() id: number,
    @Body() input: MovieInput,
    @Context() context: RequestContext,
  ): Promise<MovieDto> {
    return MovieDto.for(context)(
      await this.movies.update(id, input.toFields(), context.command(MovieDto.for(context))),
    );
  }

  @Patch('movies/:id')
  @Operation({
    access: 'catalog:write',
    summary: 'Change a movie',
    description: 'JSON merge patch (RFC 7396): sets the members in the request and keeps the others.',
    returns: MovieDto,
    requestExamples: { 'Only the director': { director: sevenSamurai.director } },
    problems: [NotFound],
  })
  async changeMovie(
    @PathId() id: number,
    @Body() patch: MoviePatch,
    @Context() context: RequestContext,
  ): Promise<MovieDto> {
    return MovieDto.for(context)(
      await this.movies.update(id, patch.toFields(), context.command(MovieDto.for(context))),
    );
  }

  @Delete('movies/:id')
  @Operation({
    access: 'catalog:write',
    summary: 'Delete a movie that was never rented',
    description: 'Deletes a movie and its copies, if none of them was ever rented.',
    exampleId: 30,
    problems: [NotFound, MovieWasRented],
  })
  async deleteMovie(@PathId() id: number, @Context() context: RequestContext): Promise<void> {
    await this.movies.delete(id, context.command(MovieDto.for(context)));
  }
}
