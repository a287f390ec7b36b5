import { Body, Controller, Delete, Get, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../http/operation.js';
import { PageAnswer } from '../http/paging.js';
import { PathId } from '../http/path-id.js';
import { InvalidOrder, NotFound } from '../kernel/domain-error.js';
import { ListMovieRents, ListRentsOfClient } from './dto/list-movie-rents.dto.js';
import { MovieRentInput } from './dto/movie-rent-input.dto.js';
import { MovieRentDto } from './dto/movie-rent.dto.js';
import { CopyAlreadyRented, CopyNotInService, LineReturned, NoCopyAvailable, RentClosed } from './rentals.errors.js';
import { RentalsService } from './rentals.service.js';

const basketProblems = [CopyAlreadyRented, CopyNotInService, NoCopyAvailable, InvalidOrder];

@ApiTags('Movie rents')
@Controller()
export class RentalsController {
  constructor(private readonly rentals: RentalsService) {}

  @Post('movie_rents')
  @Operation({
    summary: 'Rent movies',
    description: 'Lends all the copies to the client, or none. Name a copy, or a movie to get any free copy of it.',
    creates: [MovieRentDto, '/movie_rents'],
    problems: basketProblems,
  })
  async rentMovies(@Body() input: MovieRentInput): Promise<MovieRentDto> {
    return MovieRentDto.of(await this.rentals.rent(input.toOrder()));
  }

  @Get('movie_rents')
  @Operation({ summary: 'List rentals', answers: [MovieRentDto], problems: [InvalidOrder] })
  async listMovieRents(@Query() query: ListMovieRents): Promise<PageAnswer<MovieRentDto>> {
    return PageAnswer.of(await this.rentals.page(query.toFilter(), query.toPage()), query, MovieRentDto.of);
  }

  @Get('clients/:id/movie_rents')
  @Operation({ summary: 'List the rentals of a client', answers: [MovieRentDto], problems: [NotFound, InvalidOrder] })
  async listRentsOfClient(@PathId() id: number, @Query() query: ListRentsOfClient): Promise<PageAnswer<MovieRentDto>> {
    return PageAnswer.of(await this.rentals.pageOfClient(id, query.toFilter(), query.toPage()), query, MovieRentDto.of);
  }

  @Get('movie_rents/:id')
  @Operation({ summary: 'Get a rental', answers: MovieRentDto, problems: [NotFound, InvalidOrder] })
  async getMovieRent(@PathId() id: number): Promise<MovieRentDto> {
    return MovieRentDto.of(await this.rentals.get(id));
  }

  @Put('movie_rents/:id')
  @Operation({
    summary: 'Correct an open rental',
    description: 'Lines named by id or copy are kept, others added, and those left out taken back.',
    answers: MovieRentDto,
    problems: [NotFound, RentClosed, LineReturned, ...basketProblems],
  })
  async replaceMovieRent(@PathId() id: number, @Body() input: MovieRentInput): Promise<MovieRentDto> {
    return MovieRentDto.of(await this.rentals.amend(id, input.toOrder()));
  }

  @Put('movie_rents/:id/close')
  @Operation({
    summary: 'Close a rental',
    description: 'Takes back all that is still out. Again is the same answer, with the first closing time.',
    answers: MovieRentDto,
    problems: [NotFound, InvalidOrder],
  })
  async closeMovieRent(@PathId() id: number): Promise<MovieRentDto> {
    return MovieRentDto.of(await this.rentals.close(id));
  }

  @Delete('movie_rents/:id')
  @Operation({ summary: 'Take back a rental entered by mistake', problems: [NotFound, InvalidOrder] })
  async deleteMovieRent(@PathId() id: number): Promise<void> {
    await this.rentals.drop(id);
  }
}
