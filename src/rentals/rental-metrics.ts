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
      'Rentals with a copy that is out. Absent if the database does not respond.',
      (caller) =>
        unitOfWork.for(caller).read({ lines: MovieRentDetailRepository }, ({ lines }) => lines.countOpenRents()),
    );
  }
}
