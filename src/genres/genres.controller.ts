import { Body, Controller, Delete, Get, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Idempotency, IdempotencyKey } from '../http/idempotency.js';
import { Operation } from '../http/operation.js';
import { PageAnswer } from '../http/paging.js';
import { PathId } from '../http/path-id.js';
import { IfMatch, Preconditions } from '../http/preconditions.js';
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
    summary: 'List genres',
    description: 'All that titles can be sorted into, by id or by name.',
    answers: [GenreDto],
  })
  async listGenres(@Query() query: ListGenres): Promise<PageAnswer<GenreDto>> {
    return PageAnswer.of(await this.genres.page(query.toPage()), query, GenreDto.of);
  }

  @Get(':id')
  @Operation({
    summary: 'Get a genre',
    description: 'What it is called and what belongs in it.',
    answers: GenreDto,
    problems: [NotFound],
  })
  async getGenre(@PathId() id: number): Promise<GenreDto> {
    return GenreDto.of(await this.genres.get(id));
  }

  @Post()
  @Operation({
    summary: 'Add a genre',
    description: 'From then on titles can be sorted into it. No two genres have the same name, whatever its case.',
    creates: [GenreDto, '/genres'],
    problems: [GenreNameTaken],
  })
  async addGenre(@Body() input: GenreInput, @IdempotencyKey() key: Idempotency): Promise<GenreDto> {
    return GenreDto.of(await this.genres.add(input.toOrder(), key.once(GenreDto.of)));
  }

  @Put(':id')
  @Operation({
    summary: 'Replace a genre',
    description:
      'Sets all that a clerk says of it; a description that is left out is removed. Its movies stay with it.',
    answers: GenreDto,
    problems: changeProblems,
  })
  async replaceGenre(
    @PathId() id: number,
    @Body() input: GenreInput,
    @IfMatch() ifMatch: Preconditions,
  ): Promise<GenreDto> {
    return GenreDto.of(await this.genres.change(id, input.toOrder(), ifMatch.on(GenreDto.of)));
  }

  @Patch(':id')
  @Operation({
    summary: 'Change a genre',
    description: 'Sets the members that are sent and keeps the others: a JSON merge patch (RFC 7396).',
    answers: GenreDto,
    problems: changeProblems,
  })
  async changeGenre(
    @PathId() id: number,
    @Body() patch: GenrePatch,
    @IfMatch() ifMatch: Preconditions,
  ): Promise<GenreDto> {
    return GenreDto.of(await this.genres.change(id, patch.toOrder(), ifMatch.on(GenreDto.of)));
  }

  @Post(':id')
  @Operation({
    summary: 'Change a genre, as the former service spelt it',
    description: 'The same as `PATCH /genres/{id}`, which to prefer.',
    answers: GenreDto,
    problems: changeProblems,
    deprecated: true,
  })
  async updateGenre(
    @PathId() id: number,
    @Body() patch: GenrePatch,
    @IfMatch() ifMatch: Preconditions,
    @IdempotencyKey() key: Idempotency,
  ): Promise<GenreDto> {
    const { of } = GenreDto;
    return of(await this.genres.change(id, patch.toOrder(), ifMatch.on(of), key.once(of)));
  }

  @Delete(':id')
  @Operation({
    summary: 'Delete a genre',
    description: 'Possible as long as no movie is of it.',
    problems: [NotFound, GenreInUse],
  })
  async deleteGenre(@PathId() id: number, @IfMatch() ifMatch: Preconditions): Promise<void> {
    await this.genres.drop(id, ifMatch.on(GenreDto.of));
  }
}
