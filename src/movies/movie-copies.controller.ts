import { Body, Controller, Delete, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../http/operation.js';
import { PageAnswer } from '../http/paging.js';
import { PathId } from '../http/path-id.js';
import { InvalidOrder, NotFound } from '../kernel/domain-error.js';
import { ListMovieCopies, MovieCopyDto, MovieCopyInput, MovieCopyPatch } from './dto/movie-copy.dto.js';
import { MovieCopiesService } from './movie-copies.service.js';
import { CopyCodeTaken, CopyIsOut, CopyWasRented, StockTooHigh } from './movies.errors.js';

@ApiTags('Movie copies')
@Controller()
export class MovieCopiesController {
  constructor(private readonly copies: MovieCopiesService) {}

  @Get('movie_copies')
  @Operation({ summary: 'List copies, or find one by its code', answers: [MovieCopyDto], problems: [InvalidOrder] })
  async listMovieCopies(@Query() query: ListMovieCopies): Promise<PageAnswer<MovieCopyDto>> {
    return PageAnswer.of(await this.copies.page(query.toFilter(), query.toPage()), query, MovieCopyDto.of);
  }

  @Get('movies/:id/copies')
  @Operation({
    summary: 'List all copies a movie ever had',
    description: 'Those lost or retired too.',
    answers: [MovieCopyDto],
    problems: [NotFound, InvalidOrder],
  })
  async listCopiesOfMovie(@PathId() id: number, @Query() query: ListMovieCopies): Promise<PageAnswer<MovieCopyDto>> {
    return PageAnswer.of(await this.copies.pageOfMovie(id, query.toFilter(), query.toPage()), query, MovieCopyDto.of);
  }

  @Post('movies/:id/copies')
  @Operation({
    summary: 'Add a copy of a movie',
    creates: [MovieCopyDto, '/movie_copies'],
    problems: [NotFound, CopyCodeTaken, StockTooHigh, InvalidOrder],
  })
  async addMovieCopy(@PathId() id: number, @Body() input: MovieCopyInput): Promise<MovieCopyDto> {
    return MovieCopyDto.of(await this.copies.add(id, input.code ?? undefined));
  }

  @Get('movie_copies/:id')
  @Operation({ summary: 'Get a copy', answers: MovieCopyDto, problems: [NotFound, InvalidOrder] })
  async getMovieCopy(@PathId() id: number): Promise<MovieCopyDto> {
    return MovieCopyDto.of(await this.copies.get(id));
  }

  @Patch('movie_copies/:id')
  @Operation({
    summary: 'Change the code or the service state of a copy',
    answers: MovieCopyDto,
    problems: [NotFound, CopyCodeTaken, CopyIsOut, StockTooHigh, InvalidOrder],
  })
  async changeMovieCopy(@PathId() id: number, @Body() patch: MovieCopyPatch): Promise<MovieCopyDto> {
    return MovieCopyDto.of(await this.copies.change(id, patch.toOrder()));
  }

  @Delete('movie_copies/:id')
  @Operation({ summary: 'Delete a copy that was never lent', problems: [NotFound, CopyWasRented, InvalidOrder] })
  async deleteMovieCopy(@PathId() id: number): Promise<void> {
    await this.copies.drop(id);
  }
}
