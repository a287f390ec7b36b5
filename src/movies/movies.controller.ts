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

/** The first movie of the demonstration. */
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
    summary: 'List and search movies',
    description: 'To find a title by a part of it, or what there is of a genre, of a year, or to take home now.',
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
    summary: 'List the movies of a genre',
    description: 'What is sorted into it.',
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
    summary: 'Get a movie with its copies',
    description: 'The title, the copies in stock, and which of them can be lent now.',
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
    summary: 'Add a movie with its copies',
    description:
      'The movie and its copies: `stock` of them, which get codes, or `copies` with the codes that stick on them. All of ' +
      'it happens, or nothing.',
    created: [MovieDto, '/movies'],
    requestExamples: { 'So many copies': withStock, 'Copies with barcodes of their own': withCodes },
    problems: [CopyCodeTaken],
  })
  async addMovieWithStock(@Body() input: MovieWithStockInput, @Context() context: RequestContext): Promise<MovieDto> {
    return MovieDto.for(context)(
      await this.movies.addWithStock(input.toFields(), input.toStock(), context.command(MovieDto.for(context))),
    );
  }

  @Put('movies/:id/with_stock')
  @Operation({
    summary: 'Replace a movie and raise or lower its stock',
    description:
      'Raising adds copies, lowering retires copies that are in. `copies` lists those that it has, as they were read, ' +
      'and those to add. Where too many are out, nothing is changed at all.',
    returns: MovieDto,
    requestExamples: { 'One copy more': { ...sevenSamurai, stock: 3 } },
    responseExample: { available: 3, copies: [{}, {}, { ...newCopy, id: 68, code: 'M5T6YKQ2' }] },
    problems: [NotFound, StockTooLow, StockTooHigh, CopyCodeTaken],
  })
  async replaceMovieWithStock(
    @PathId() id: number,
    @Body() input: MovieWithStockInput,
    @Context() context: RequestContext,
  ): Promise<MovieDto> {
    return MovieDto.for(context)(
      await this.movies.changeWithStock(id, input.toFields(), input.toStock(), context.command(MovieDto.for(context))),
    );
  }

  @Post('movies')
  @Operation({
    summary: 'Add a movie without copies',
    description: 'Puts a title into the catalogue that has no copies yet.',
    created: [MovieDto, '/movies'],
    responseExample: withoutCopies,
  })
  async addMovie(@Body() input: MovieInput, @Context() context: RequestContext): Promise<MovieDto> {
    return MovieDto.for(context)(await this.movies.add(input.toFields(), context.command(MovieDto.for(context))));
  }

  @Post('movie')
  @Operation({
    summary: 'Add a movie without copies, as the former service spelt it',
    description: 'The same as `POST /movies`, which to prefer.',
    created: [MovieDto, '/movies'],
    responseExample: withoutCopies,
    deprecated: true,
  })
  addMovieOldPath(@Body() input: MovieInput, @Context() context: RequestContext): Promise<MovieDto> {
    return this.addMovie(input, context);
  }

  @Put('movies/:id')
  @Operation({
    summary: 'Replace a movie',
    description: 'Sets all that a clerk says of the title; what may be left out and is, is removed. Its copies stay.',
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
      await this.movies.change(id, input.toFields(), context.command(MovieDto.for(context))),
    );
  }

  @Patch('movies/:id')
  @Operation({
    summary: 'Change a movie',
    description: 'Sets the members that are sent and keeps the others: a JSON merge patch (RFC 7396).',
    returns: MovieDto,
    requestExamples: { 'The director alone': { director: sevenSamurai.director } },
    problems: [NotFound],
  })
  async changeMovie(
    @PathId() id: number,
    @Body() patch: MoviePatch,
    @Context() context: RequestContext,
  ): Promise<MovieDto> {
    return MovieDto.for(context)(
      await this.movies.change(id, patch.toFields(), context.command(MovieDto.for(context))),
    );
  }

  @Delete('movies/:id')
  @Operation({
    summary: 'Delete a movie that was never lent',
    description: 'With its copies, as long as none of them was ever lent.',
    exampleId: 30,
    problems: [NotFound, MovieWasRented],
  })
  async deleteMovie(@PathId() id: number, @Context() context: RequestContext): Promise<void> {
    await this.movies.delete(id, context.command(MovieDto.for(context)));
  }
}
