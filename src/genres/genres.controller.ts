import { Body, Controller, Delete, Get, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { PageResponse } from '../platform/http/paging/page-query.js';
import { PathId } from '../platform/http/dto/path-id.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { NotFound } from '../kernel/domain-error.js';
import { GenreInput, GenrePatch } from './dto/genre-input.dto.js';
import { GenreDto } from './dto/genre.dto.js';
import { ListGenres } from './dto/list-genres.dto.js';
import { GenreInUse, GenreNameTaken } from './genres.errors.js';
import { GenresService } from './genres.service.js';

const changeProblems = [NotFound, GenreNameTaken];

@ApiTags('Genres')
@Controller('genres')
export class GenresController {
  constructor(private readonly genres: GenresService) {}

  @Get()
  @Operation({
    access: 'catalog:read',
    summary: 'List genres',
    description: 'All genres, sorted by id or by name.',
    returns: [GenreDto],
  })
  async listGenres(@Query() query: ListGenres, @Context() context: RequestContext): Promise<PageResponse<GenreDto>> {
    return PageResponse.of(await this.genres.page(query.toPage(), context), query, GenreDto.of);
  }

  @Get(':id')
  @Operation({
    access: 'catalog:read',
    summary: 'Get a genre',
    description: 'Name and description of the genre.',
    returns: GenreDto,
    problems: [NotFound],
  })
  async getGenre(@PathId() id: number, @Context() context: RequestContext): Promise<GenreDto> {
    return GenreDto.of(await this.genres.get(id, context));
  }

  @Post()
  @Operation({
    access: 'catalog:write',
    summary: 'Add a genre',
    description: 'Creates a genre. Names are unique regardless of case and width.',
    created: [GenreDto, '/genres'],
    problems: [GenreNameTaken],
  })
  async addGenre(@Body() input: GenreInput, @Context() context: RequestContext): Promise<GenreDto> {
    return GenreDto.of(await this.genres.create(input.toFields(), context.command(GenreDto.of)));
  }

  @Put(':id')
  @Operation({
    access: 'catalog:write',
    summary: 'Replace a genre',
    description: 'Replaces all editable members; an absent description is removed. The movies of the genre keep it.',
    returns: GenreDto,
    requestExamples: { 'All members': { name: 'Action', description: 'Chases, fights and narrow escapes.' } },
    problems: changeProblems,
  })
  async replaceGenre(
    @PathId() id: number,
    @Body() input: GenreInput,
    @Context() context: RequestContext,
  ): Promise<GenreDto> {
    return GenreDto.of(await this.genres.update(id, input.toFields(), context.command(GenreDto.of)));
  }

  @Patch(':id')
  @Operation({
    access: 'catalog:write',
    summary: 'Change a genre',
    description: 'JSON merge patch (RFC 7396): sets the members in the request and keeps the others.',
    returns: GenreDto,
    requestExamples: { 'Only the description': { description: 'Chases, fights and narrow escapes.' } },
    problems: changeProblems,
  })
  async changeGenre(
    @PathId() id: number,
    @Body() patch: GenrePatch,
    @Context() context: RequestContext,
  ): Promise<GenreDto> {
    return GenreDto.of(await this.genres.update(id, patch.toFields(), context.command(GenreDto.of)));
  }

  @Post(':id')
  @Operation({
    access: 'catalog:write',
    summary: 'Change a genre (legacy path)',
    description: 'Alias of `PATCH /genres/{id}`; use that instead.',
    returns: GenreDto,
    requestExamples: { 'Only the description': { description: 'Chases, fights and narrow escapes.' } },
    problems: changeProblems,
    deprecated: true,
  })
  async updateGenreOldPath(
    @PathId() id: number,
    @Body() patch: GenrePatch,
    @Context() context: RequestContext,
  ): Promise<GenreDto> {
    const { of } = GenreDto;
    return of(await this.genres.update(id, patch.toFields(), context.command(of)));
  }

  @Delete(':id')
  @Operation({
    access: 'catalog:write',
    summary: 'Delete a genre',
    description: 'Deletes a genre without movies.',
    exampleId: 9,
    problems: [NotFound, GenreInUse],
  })
  async deleteGenre(@PathId() id: number, @Context() context: RequestContext): Promise<void> {
    await this.genres.delete(id, context.command(GenreDto.of));
  }
}
