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
    summary: 'Check health',
    description: 'Alias of `/health/ready`, for monitors with a single address. Query parameters are ignored.',
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
    summary: 'Check readiness',
    description:
      'Readiness probe of a load balancer: whether the database answers, with the schema of this release, and the ' +
      'service is not shutting down. If it fails, route requests to other instances.',
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
    summary: 'Check liveness',
    description: 'Liveness probe: whether the process answers. Does not depend on the database.',
    returns: HealthDto,
    needsDatabase: false,
    ignoresQuery: true,
  })
  getLiveness(): HealthDto {
    return { status: 'healthy' };
  }
}
