import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientDto } from '../clients/dto/client.dto.js';
import { NotFound } from '../kernel/domain-error.js';
import { PathId } from '../platform/http/dto/path-id.js';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { ClientMergingService } from './client-merging.service.js';
import { ClientMergeInput } from './dto/merge-input.dto.js';

@ApiTags('Clients')
@Controller('clients/:id/merge')
export class ClientMergingController {
  constructor(private readonly merging: ClientMergingService) {}

  @Post()
  @Operation({
    access: ['clients:write', 'clients:read'],
    summary: 'Merge a duplicate into a client',
    description:
      'For a person who was registered twice. The rentals and blocks of the duplicate become those of this client, who ' +
      'takes over its address, license number, e-mail address, telephone number and limit of open copies if it has none; ' +
      'the duplicate is deleted. Recorded with the comment.',
    returns: ClientDto,
    requestExamples: { 'A duplicate': { client_id: 14, comment: 'Registered twice.' } },
    exampleId: 3,
    isConditional: true,
    problems: [NotFound],
  })
  async mergeClients(
    @PathId() id: number,
    @Body() input: ClientMergeInput,
    @Context() context: RequestContext,
  ): Promise<ClientDto> {
    return ClientDto.of(await this.merging.merge(id, input.toMerge(), context.command(ClientDto.of)));
  }
}
