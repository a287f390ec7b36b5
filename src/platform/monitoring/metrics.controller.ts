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
      'For Prometheus: requests by route, units of work, connections to the database, open rentals, and how the ' +
      'process is. Without the number of open rentals where the database has not told it within a second.',
    textTypes: ['text/plain'],
    needsDatabase: false,
  })
  getMetrics(): Promise<string> {
    return this.metrics.read();
  }
}
