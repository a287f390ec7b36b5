import { Module } from '@nestjs/common';
import { GenresModule } from '../genres/genres.module.js';
import { MovieCopiesController } from './movie-copies.controller.js';
import { MovieCopiesService } from './movie-copies.service.js';
import { MoviesController } from './movies.controller.js';
import { MoviesService } from './movies.service.js';

@Module({
  imports: [GenresModule],
  controllers: [MoviesController, MovieCopiesController],
  providers: [MoviesService, MovieCopiesService],
})
export class MoviesModule {}
