import { Body, Controller, Delete, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { PageResponse } from '../platform/http/paging/page-query.js';
import { PathId } from '../platform/http/dto/path-id.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { NotFound } from '../kernel/domain-error.js';
import { ListMovieCopies, LocatedMovieCopyDto, MovieCopyInput, MovieCopyPatch } from './dto/movie-copy.dto.js';
import { MovieCopiesService } from './movie-copies.service.js';
import { CopyCodeTaken, CopyIsOut, CopyWasRented, StockTooHigh } from './movies.errors.js';

@ApiTags('Stock')
@Controller()
export class MovieCopiesController {
  constructor(private readonly copies: MovieCopiesService) {}

  @Get('movie_copies')
  @Operation({
    // The loan of a copy shows who has it.
    access: ['catalog:read', 'rentals:read'],
    summary: 'List copies, or find one by its barcode',
    description:
      'With `code`, a list of the one copy with this barcode, or an empty list. With `code_contains`, the copies with this ' +
      'part of a barcode.',
    returns: [LocatedMovieCopyDto],
  })
  async listMovieCopies(
    @Query() query: ListMovieCopies,
    @Context() context: RequestContext,
  ): Promise<PageResponse<LocatedMovieCopyDto>> {
    return PageResponse.of(
      await this.copies.page(query.toFilter(), query.toPage(), context),
      query,
      LocatedMovieCopyDto.of,
    );
  }

  @Get('movies/:id/copies')
  @Operation({
    // The loan of a copy shows who has it.
    access: ['catalog:read', 'rentals:read'],
    summary: 'List all copies of a movie',
    description: 'Includes lost and retired copies, which the movie itself does not list.',
    returns: [LocatedMovieCopyDto],
    problems: [NotFound],
  })
  async listCopiesOfMovie(
    @PathId() id: number,
    @Query() query: ListMovieCopies,
    @Context() context: RequestContext,
  ): Promise<PageResponse<LocatedMovieCopyDto>> {
    const list = query.scopedTo(id);
    return PageResponse.of(
      await this.copies.pageOfMovie(id, list.toFilter(), list.toPage(), context),
      list,
      LocatedMovieCopyDto.of,
    );
  }

  @Post('movies/:id/copies')
  @Operation({
    access: 'catalog:write',
    summary: 'Add a copy of a movie',
    description: 'Adds one copy, with its barcode or with a generated one.',
    created: [LocatedMovieCopyDto, '/movie_copies'],
    problems: [NotFound, CopyCodeTaken, StockTooHigh],
  })
  async addMovieCopy(
    @PathId() id: number,
    @Body() input: MovieCopyInput,
    @Context() context: RequestContext,
  ): Promise<LocatedMovieCopyDto> {
    return LocatedMovieCopyDto.of(
      await this.copies.create(id, input.toFields(), context.command(LocatedMovieCopyDto.of)),
    );
  }

  @Get('movie_copies/:id')
  @Operation({
    // The loan of a copy shows who has it.
    access: ['catalog:read', 'rentals:read'],
    summary: 'Get a copy',
    description: 'The copy, its movie and its availability.',
    returns: LocatedMovieCopyDto,
    problems: [NotFound],
  })
  async getMovieCopy(@PathId() id: number, @Context() context: RequestContext): Promise<LocatedMovieCopyDto> {
    return LocatedMovieCopyDto.of(await this.copies.get(id, context));
  }

  @Patch('movie_copies/:id')
  @Operation({
    access: ['catalog:write', 'rentals:read'],
    summary: 'Change the code, the service state or the movie of a copy',
    description:
      'JSON merge patch (RFC 7396): sets the members in the request and keeps the others. ' +
      'The state of a copy that is out cannot be changed before its return. `movie_id` moves a copy that was filed under ' +
      'the wrong movie; a copy that was ever rented cannot be moved.',
    returns: LocatedMovieCopyDto,
    requestExamples: { 'A copy in maintenance': { code: 'VHS-0001', service_state: 'maintenance' } },
    exampleId: 2,
    responseExample: { id: 2, is_available: false },
    problems: [NotFound, CopyCodeTaken, CopyIsOut, CopyWasRented, StockTooHigh],
  })
  async changeMovieCopy(
    @PathId() id: number,
    @Body() patch: MovieCopyPatch,
    @Context() context: RequestContext,
  ): Promise<LocatedMovieCopyDto> {
    return LocatedMovieCopyDto.of(
      await this.copies.update(id, patch.toChanges(), context.command(LocatedMovieCopyDto.of)),
    );
  }

  @Delete('movie_copies/:id')
  @Operation({
    access: 'catalog:write',
    summary: 'Delete a copy that was never rented',
    description: 'For copies entered by mistake. Retire a copy that was rented instead, so that its rentals are kept.',
    exampleId: 48,
    problems: [NotFound, CopyWasRented],
  })
  async deleteMovieCopy(@PathId() id: number, @Context() context: RequestContext): Promise<void> {
    await this.copies.delete(id, context.command(LocatedMovieCopyDto.of));
  }
}
