import { Module } from '@nestjs/common';
import { ClientsModule } from '../clients/clients.module.js';
import { MoviesModule } from '../movies/movies.module.js';
import { RentalMetrics } from './rental-metrics.js';
import { RentalsController } from './rentals.controller.js';
import { RentalsService } from './rentals.service.js';

@Module({
  imports: [MoviesModule, ClientsModule],
  controllers: [RentalsController],
  providers: [RentalsService, RentalMetrics],
})
export class RentalsModule {}
