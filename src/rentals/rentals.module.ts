import { Module } from '@nestjs/common';
import { ClientsModule } from '../clients/clients.module.js';
import { Clock } from '../kernel/clock.js';
import { MoviesModule } from '../movies/movies.module.js';
import { RentalsController } from './rentals.controller.js';
import { RentalsService } from './rentals.service.js';

@Module({
  imports: [MoviesModule, ClientsModule],
  controllers: [RentalsController],
  providers: [RentalsService, Clock],
})
export class RentalsModule {}
