import { Body, Controller, Delete, Get, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { PageResponse } from '../platform/http/paging/page-query.js';
import { PathId } from '../platform/http/dto/path-id.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { Clock } from '../kernel/clock.js';
import { NotFound } from '../kernel/domain-error.js';
import { StockTooHigh } from '../movies/movies.errors.js';
import { GetMovieRent, ListMovieRents, ListRentsOfClient } from './dto/list-movie-rents.dto.js';
import { MovieRentInput } from './dto/movie-rent-input.dto.js';
import { MovieRentDto } from './dto/movie-rent.dto.js';
import { RentMovies, RentPreviewDto } from './dto/rent-preview.dto.js';
import {
  CheckOutRefused,
  CopyAlreadyRented,
  CopyNotInService,
  CorrectionTimeOver,
  LineReturned,
  NoCopyAvailable,
  RentClosed,
  RentVoided,
} from './rentals.errors.js';
import { RentalsService } from './rentals.service.js';
import { LineLost } from './returns/returns.errors.js';

const basketProblems = [CopyAlreadyRented, CopyNotInService, NoCopyAvailable, CheckOutRefused, StockTooHigh];

const lent = { client_id: 1, details: [{ movie_copy_id: 1 }] };
const now = '2026-11-26T16:18:10.611Z';
/** Differences of an open rental from the schema's example, which is closed. */
const open = { is_closed: false, closed_datetime: null };
/** The open line of a rental in the demonstration data. */
const toyStory = {
  id: 46,
  movie_rent_id: 25,
  movie_copy_id: 13,
  lent_datetime: '2026-02-18T13:51:40.785Z',
  returned_datetime: null,
  movie_copy: {
    id: 13,
    code: 'DVD-0012',
    movie_id: 6,
    movie: {
      id: 6,
      title: 'Toy Story',
      description: 'A cowboy doll learns to share his shelf with a spaceman.',
      year: 1995,
      director: 'John Lasseter',
      genre_id: 2,
    },
  },
};

@ApiTags('Lending')
@Controller()
export class RentalsController {
  private readonly toDto: ReturnType<typeof MovieRentDto.at>;

  constructor(
    private readonly rentals: RentalsService,
    clock: Clock,
  ) {
    this.toDto = MovieRentDto.at(clock);
  }

  @Post('movie_rents')
  @Operation({
    access: 'rentals:write',
    summary: 'Rent movies',
    description:
      'Rents all copies to the client atomically. Each line names a copy, by its id or barcode, or a movie to get any ' +
      'available copy of it. With `dry_run=true` nothing is rented: the response lists the refusals of the rental and ' +
      'the due dates of the copies.',
    created: [MovieRentDto, '/movie_rents'],
    dryRun: RentPreviewDto,
    responseExample: {
      ...open,
      id: 27,
      creation_datetime: now,
      details: [{ id: 49, movie_rent_id: 27, lent_datetime: now, returned_datetime: null }],
    },
    requestExamples: {
      'A specific copy': lent,
      'Any available copy of a movie': { client_id: 1, details: [{ movie_id: 1 }] },
      'The copy with a barcode': { client_id: 1, details: [{ code: 'DVD-0001' }] },
    },
    problems: basketProblems,
  })
  async rentMovies(
    @Body() input: MovieRentInput,
    @Query() query: RentMovies,
    @Context() context: RequestContext,
  ): Promise<MovieRentDto | RentPreviewDto> {
    const [order, command] = [input.toOrder(), context.command(this.toDto)];
    if (query.dry_run) return new RentPreviewDto(await this.rentals.preview(order, command));
    return this.toDto(await this.rentals.rent(order, command));
  }

  @Get('movie_rents')
  @Operation({
    access: 'rentals:read',
    allowsCustomers: true,
    summary: 'List rentals',
    description: 'All rentals, or those of a client, with a copy, open or closed.',
    returns: [MovieRentDto],
  })
  async listMovieRents(
    @Query() query: ListMovieRents,
    @Context() context: RequestContext,
  ): Promise<PageResponse<MovieRentDto>> {
    return PageResponse.of(
      await this.rentals.page(query.toFilter(), query.toPage(), query.expand, context),
      query,
      this.toDto,
    );
  }

  @Get('clients/:id/movie_rents')
  @Operation({
    access: 'rentals:read',
    allowsCustomers: true,
    summary: 'List the rentals of a client',
    description: 'Open and closed rentals of one client.',
    returns: [MovieRentDto],
    exampleId: 9,
    problems: [NotFound],
  })
  async listClientRents(
    @PathId() id: number,
    @Query() query: ListRentsOfClient,
    @Context() context: RequestContext,
  ): Promise<PageResponse<MovieRentDto>> {
    const list = query.scopedTo(id);
    const page = await this.rentals.pageOfClient(id, list.toFilter(), list.toPage(), list.expand, context);
    return PageResponse.of(page, list, this.toDto);
  }

  @Get('movie_rents/:id')
  @Operation({
    access: 'rentals:read',
    allowsCustomers: true,
    summary: 'Get a rental',
    description: 'The rental with its client and lines.',
    returns: MovieRentDto,
    exampleId: 5,
    problems: [NotFound],
  })
  async getMovieRent(
    @PathId() id: number,
    @Query() query: GetMovieRent,
    @Context() context: RequestContext,
  ): Promise<MovieRentDto> {
    return this.toDto(await this.rentals.get(id, query.expand, context));
  }

  @Put('movie_rents/:id')
  @Operation({
    access: 'rentals:write',
    summary: 'Correct an open rental',
    description:
      'Replaces the client and the lines of a rental that was entered incorrectly: lines named by id or copy are kept, others ' +
      'are added, and absent lines are deleted. Returned lines cannot be changed.',
    returns: MovieRentDto,
    requestExamples: { 'The existing line': { client_id: 3, details: [{ id: 46, movie_copy_id: 13 }] } },
    exampleId: 25,
    responseExample: { ...open, id: 25, creation_datetime: '2026-02-18T13:51:40.785Z', details: [toyStory] },
    problems: [NotFound, RentVoided, RentClosed, LineReturned, LineLost, ...basketProblems],
  })
  async replaceMovieRent(
    @PathId() id: number,
    @Body() input: MovieRentInput,
    @Context() context: RequestContext,
  ): Promise<MovieRentDto> {
    return this.toDto(await this.rentals.amend(id, input.toOrder(), context.command(this.toDto)));
  }

  @Put('movie_rents/:id/close')
  @Operation({
    access: 'rentals:write',
    summary: 'Close a rental',
    description: 'Returns all copies that are still out. Idempotent: closing again keeps the original closing time.',
    returns: MovieRentDto,
    exampleId: 5,
    problems: [NotFound],
  })
  async closeMovieRent(@PathId() id: number, @Context() context: RequestContext): Promise<MovieRentDto> {
    return this.toDto(await this.rentals.close(id, context.command(this.toDto)));
  }

  @Delete('movie_rents/:id')
  @Operation({
    access: 'rentals:write',
    summary: 'Delete a rental entered by mistake',
    description:
      'Deletes a rental with its lines and their renewals, within the time that the policy sets; void it after that. To ' +
      'return copies, close the rental instead.',
    exampleId: 26,
    problems: [NotFound, CorrectionTimeOver],
  })
  async deleteMovieRent(@PathId() id: number, @Context() context: RequestContext): Promise<void> {
    await this.rentals.delete(id, context.command(this.toDto));
  }
}
