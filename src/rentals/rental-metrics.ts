import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { MetricsService } from '../platform/monitoring/metrics.service.js';
import { MovieRentDetailRepository } from './movie-rent-detail.repository.js';

/** The metrics of rentals. */
@Injectable()
export class RentalMetrics {
  constructor(metrics: MetricsService, unitOfWork: UnitOfWork) {
    metrics.gaugeFromDatabase(
      'open_rents',
      'Rentals of which something is out. Absent where the database does not tell.',
      (caller) =>
        unitOfWork.for(caller).read({ lines: MovieRentDetailRepository }, ({ lines }) => lines.countOpenRents()),
    );
  }
}
