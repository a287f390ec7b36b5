import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import {
  Body,
  ConflictException,
  Controller,
  Get,
  Module,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Query,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Like, type Repository } from 'typeorm';
import { Client, Genre, Movie, MovieCopy, MovieRent, MovieRentDetail } from './naive.entities.js';

/** The endpoints as in a tutorial: TypeORM's find and save, and defaults for everything else. */
@Controller('movies')
class MoviesController {
  constructor(@InjectRepository(Movie) private readonly movies: Repository<Movie>) {}

  @Get()
  list(@Query('limit') limit = '50', @Query('title') title?: string) {
    return this.movies.find({
      where: title ? { title: Like(`%${title}%`) } : {},
      relations: { copies: true },
      order: { id: 'ASC' },
      take: Number(limit),
    });
  }

  @Get(':id')
  async get(@Param('id', ParseIntPipe) id: number) {
    const movie = await this.movies.findOne({ where: { id }, relations: { copies: true } });
    if (!movie) throw new NotFoundException();
    return movie;
  }

  @Post('with_stock')
  add(@Body() { stock, ...fields }: Omit<Movie, 'id' | 'genre' | 'copies'> & { stock: number }) {
    return this.movies.save({ ...fields, copies: Array.from({ length: stock }, () => ({ code: randomUUID() })) });
  }
}

@Controller('movie_rents')
class RentalsController {
  constructor(
    @InjectRepository(Client) private readonly clients: Repository<Client>,
    @InjectRepository(MovieCopy) private readonly copies: Repository<MovieCopy>,
    @InjectRepository(MovieRent) private readonly rents: Repository<MovieRent>,
  ) {}

  @Post()
  async rent(@Body() order: { client_id: number; details: { movie_copy_id: number }[] }) {
    const client = await this.clients.findOneBy({ id: order.client_id });
    if (!client) throw new NotFoundException();
    const copies: MovieCopy[] = [];
    for (const { movie_copy_id: id } of order.details) {
      const copy = await this.copies.findOneBy({ id });
      if (!copy) throw new NotFoundException();
      if (copy.is_rented) throw new ConflictException();
      copies.push(await this.copies.save({ ...copy, is_rented: true }));
    }
    const { id } = await this.rents.save({
      client_id: client.id,
      creation_datetime: new Date().toISOString(),
      details: copies.map((copy) => ({ movie_copy_id: copy.id })),
    });
    return this.find(id);
  }

  @Put(':id/close')
  async close(@Param('id', ParseIntPipe) id: number) {
    const rent = await this.find(id);
    for (const detail of rent.details) {
      detail.returned_datetime = new Date().toISOString();
      detail.movie_copy.is_rented = false;
    }
    return this.rents.save(rent);
  }

  private async find(id: number): Promise<MovieRent> {
    const rent = await this.rents.findOne({ where: { id }, relations: { details: { movie_copy: { movie: true } } } });
    if (!rent) throw new NotFoundException();
    return rent;
  }
}

const url = process.env['DATABASE_URL']!;
const entities = [Client, Genre, Movie, MovieCopy, MovieRent, MovieRentDetail];

@Module({
  imports: [
    TypeOrmModule.forRoot(
      url.startsWith('sqlite:')
        ? { type: 'sqlite', database: url.slice('sqlite:'.length), entities, synchronize: true }
        : { type: 'postgres', url, entities, synchronize: true },
    ),
    TypeOrmModule.forFeature(entities),
  ],
  controllers: [MoviesController, RentalsController],
})
class NaiveModule {}

const app = await NestFactory.create(NaiveModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
