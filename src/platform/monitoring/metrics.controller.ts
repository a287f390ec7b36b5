import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { prometheusContentType } from 'prom-client';
import { Operation } from '../http/openapi/operation.decorator.js';
import { MetricsService } from './metrics.service.js';

@ApiTags('Service')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  @Get()
  @Header('Content-Type', prometheusContentType)
  @Operation({
    access: 'metrics',
    summary: 'Get the metrics',
    description:
      'For Prometheus: requests by route, units of work, database connections, open rentals and the process. Open ' +
      'rentals are omitted if the database does not answer within a second.',
    textTypes: ['text/plain'],
    needsDatabase: false,
  })
  getMetrics(): Promise<string> {
    return this.metrics.read();
  }
}
