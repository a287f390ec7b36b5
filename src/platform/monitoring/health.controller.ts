import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthService } from './health.service.js';
import { Operation } from '../http/openapi/operation.decorator.js';
import { HealthDto } from '../http/meta/service.dto.js';
import { ServiceUnavailable } from '../../kernel/domain-error.js';

@ApiTags('Service')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get()
  @Operation({
    access: 'public',
    summary: 'Ask whether all is well',
    description:
      'The same as `/health/ready`, for people and for monitors that know only one address. Any query is ignored.',
    returns: HealthDto,
    problems: [ServiceUnavailable],
    needsDatabase: false,
    ignoresQuery: true,
  })
  async getHealth(): Promise<HealthDto> {
    await this.health.assertReady();
    return { status: 'healthy' };
  }

  @Get('ready')
  @Operation({
    access: 'public',
    summary: 'Ask whether requests can be served',
    description:
      'For a load balancer: whether the database answers, with the schema of this release, and the service is not ' +
      'about to end. Where it is not ready, send requests elsewhere.',
    returns: HealthDto,
    problems: [ServiceUnavailable],
    needsDatabase: false,
    ignoresQuery: true,
  })
  getReadiness(): Promise<HealthDto> {
    return this.getHealth();
  }

  @Get('live')
  @Operation({
    access: 'public',
    summary: 'Ask whether the process runs',
    description: 'Liveness probe: as long as this answers, a restart would not help.',
    returns: HealthDto,
    needsDatabase: false,
    ignoresQuery: true,
  })
  getLiveness(): HealthDto {
    return { status: 'healthy' };
  }
}
