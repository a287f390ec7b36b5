import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthService } from './health.service.js';

const healthy = {
  schema: { type: 'object', required: ['status'], properties: { status: { type: 'string', enum: ['healthy'] } } },
} as const;

@ApiTags('Service')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get()
  @ApiOperation({ summary: 'Whether all is well' })
  @ApiOkResponse(healthy as unknown as object)
  async getHealth(): Promise<{ status: 'healthy' }> {
    await this.health.check();
    return { status: 'healthy' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether requests can be served' })
  @ApiOkResponse(healthy as unknown as object)
  getReadiness(): Promise<{ status: 'healthy' }> {
    return this.getHealth();
  }

  @Get('live')
  @ApiOperation({ summary: 'Whether the process runs' })
  @ApiOkResponse(healthy as unknown as object)
  getLiveness(): { status: 'healthy' } {
    return { status: 'healthy' };
  }
}
