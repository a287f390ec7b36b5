import { Controller, Delete } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientHasRents } from '../clients/clients.errors.js';
import { ClientDto } from '../clients/dto/client.dto.js';
import { NotFound } from '../kernel/domain-error.js';
import { PathId } from '../platform/http/dto/path-id.js';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { DeletionService } from './deletion.service.js';

@ApiTags('Clients')
@Controller('clients/:id')
export class DeletionController {
  constructor(private readonly deletion: DeletionService) {}

  @Delete()
  @Operation({
    access: 'clients:write',
    summary: 'Delete a client who never rented',
    description:
      'For clients entered by mistake. A client with rentals cannot be deleted. Comments and notes in the record of ' +
      'changes are erased, those of deleted rentals and merged duplicates too.',
    exampleId: 13,
    problems: [NotFound, ClientHasRents],
  })
  async deleteClient(@PathId() id: number, @Context() context: RequestContext): Promise<void> {
    await this.deletion.delete(id, context.command(ClientDto.of));
  }
}
