import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { NotFound } from '../../kernel/domain-error.js';
import { PathId } from '../../platform/http/dto/path-id.js';
import { Operation } from '../../platform/http/openapi/operation.decorator.js';
import { Context, RequestContext } from '../../platform/http/requests/request-context.js';
import { StandingDto } from './dto/standing.dto.js';
import { StandingService } from './standing.service.js';

@ApiTags('Clients')
@Controller('clients/:id/standing')
export class StandingController {
  constructor(private readonly standings: StandingService) {}

  @Get()
  @Operation({
    // Blocks show their reasons.
    access: ['rentals:read', 'clients:read'],
    allowsCustomers: true,
    summary: 'Get the standing of a client',
    description:
      'The open copies of the client, active blocks, and the refusals of a rental of one more copy now, in one snapshot. ' +
      'The refusals are those of `POST /movie_rents`.',
    returns: StandingDto,
    exampleId: 2,
    responseExample: { details: [], blocks: [] },
    problems: [NotFound],
  })
  async getStanding(@PathId() id: number, @Context() context: RequestContext): Promise<StandingDto> {
    return new StandingDto(await this.standings.get(id, context));
  }
}
