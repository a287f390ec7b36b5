import { Module } from '@nestjs/common';
import { ClientsModule } from '../clients/clients.module.js';
import { MoviesModule } from '../movies/movies.module.js';
import { LinesController } from './lines/lines.controller.js';
import { LinesService } from './lines/lines.service.js';
import { RenewalsController } from './renewals/renewals.controller.js';
import { RenewalsService } from './renewals/renewals.service.js';
import { RentalMetrics } from './rental-metrics.js';
import { RentalsController } from './rentals.controller.js';
import { RentalsService } from './rentals.service.js';
import { ReturnsController } from './returns/returns.controller.js';
import { ReturnsService } from './returns/returns.service.js';
import { StandingController } from './standing/standing.controller.js';
import { StandingService } from './standing/standing.service.js';

@Module({
  imports: [MoviesModule, ClientsModule],
  controllers: [RentalsController, LinesController, ReturnsController, RenewalsController, StandingController],
  providers: [RentalsService, LinesService, ReturnsService, RenewalsService, StandingService, RentalMetrics],
})
export class RentalsModule {}
