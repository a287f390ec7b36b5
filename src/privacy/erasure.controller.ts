import { Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientDto } from '../clients/dto/client.dto.js';
import { NotFound } from '../kernel/domain-error.js';
import { PathId } from '../platform/http/dto/path-id.js';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { ErasureService } from './erasure.service.js';
import { ClientHasOpenRents } from './privacy.errors.js';

@ApiTags('Clients')
@Controller('clients/:id/erasure')
export class ErasureController {
  constructor(private readonly erasure: ErasureService) {}

  @Post()
  @Operation({
    access: ['clients:write', 'clients:read'],
    summary: "Erase a client's personal data",
    description:
      'Replaces name, address, license number, e-mail address and telephone number, reasons of blocks, and comments and ' +
      'notes in the record of changes, of merged duplicates too; erases stored responses that show them. Rentals stay ' +
      'and count as before. Cannot be undone. Idempotent: an erased client is not changed.',
    returns: ClientDto,
    exampleId: 11,
    responseExample: {
      id: 11,
      first_name: null,
      last_name: 'Erased',
      address: null,
      license_number: null,
      email: null,
      phone: null,
    },
    isConditional: true,
    problems: [NotFound, ClientHasOpenRents],
  })
  async eraseClient(@PathId() id: number, @Context() context: RequestContext): Promise<ClientDto> {
    return ClientDto.of(await this.erasure.erase(id, context.command(ClientDto.of)));
  }
}
