import { Body, Controller, Delete, Get, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../http/operation.js';
import { PageAnswer } from '../http/paging.js';
import { PathId } from '../http/path-id.js';
import { InvalidOrder, NotFound } from '../kernel/domain-error.js';
import { GenreInput, GenrePatch } from './dto/genre-input.dto.js';
import { GenreDto } from './dto/genre.dto.js';
import { ListGenres } from './dto/list-genres.dto.js';
import { GenreInUse, GenreNameTaken } from './genres.errors.js';
import { GenresService } from './genres.service.js';

const changeProblems = [NotFound, GenreNameTaken, InvalidOrder];

@ApiTags('Genres')
@Controller('genres')
export class GenresController {
  constructor(private readonly genres: GenresService) {}

  @Get()
  @Operation({ summary: 'List genres', answers: [GenreDto], problems: [InvalidOrder] })
  async listGenres(@Query() query: ListGenres): Promise<PageAnswer<GenreDto>> {
    return PageAnswer.of(await this.genres.page(query.toPage()), query, GenreDto.of);
  }

  @Get(':id')
  @Operation({ summary: 'Get a genre', answers: GenreDto, problems: [NotFound, InvalidOrder] })
  async getGenre(@PathId() id: number): Promise<GenreDto> {
    return GenreDto.of(await this.genres.get(id));
  }

  @Post()
  @Operation({ summary: 'Add a genre', creates: [GenreDto, '/genres'], problems: [GenreNameTaken, InvalidOrder] })
  async addGenre(@Body() input: GenreInput): Promise<GenreDto> {
    return GenreDto.of(await this.genres.add(input.toOrder()));
  }

  @Put(':id')
  @Operation({ summary: 'Replace a genre', answers: GenreDto, problems: changeProblems })
  async replaceGenre(@PathId() id: number, @Body() input: GenreInput): Promise<GenreDto> {
    return GenreDto.of(await this.genres.change(id, input.toOrder()));
  }

  @Patch(':id')
  @Operation({ summary: 'Change a genre', answers: GenreDto, problems: changeProblems })
  async changeGenre(@PathId() id: number, @Body() patch: GenrePatch): Promise<GenreDto> {
    return GenreDto.of(await this.genres.change(id, patch.toOrder()));
  }

  @Post(':id')
  @Operation({
    summary: 'Change a genre, as the former service spelt it',
    description: 'The same as `PATCH /genres/{id}`, which to prefer.',
    answers: GenreDto,
    problems: changeProblems,
    deprecated: true,
  })
  updateGenre(@PathId() id: number, @Body() patch: GenrePatch): Promise<GenreDto> {
    return this.changeGenre(id, patch);
  }

  @Delete(':id')
  @Operation({ summary: 'Delete a genre', problems: [NotFound, GenreInUse, InvalidOrder] })
  async deleteGenre(@PathId() id: number): Promise<void> {
    await this.genres.drop(id);
  }
}
