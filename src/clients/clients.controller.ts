import { Body, Controller, Get, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { PageResponse } from '../platform/http/paging/page-query.js';
import { PathId } from '../platform/http/dto/path-id.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { NotFound } from '../kernel/domain-error.js';
import { LicenseNumberTaken } from './clients.errors.js';
import { ClientsService } from './clients.service.js';
import { ClientInput, ClientPatch, ReplaceClientInput } from './dto/client-input.dto.js';
import { ClientDto } from './dto/client.dto.js';
import { ListClients } from './dto/list-clients.dto.js';

/** The first client of the demonstration data. */
const ada = {
  first_name: 'Ada',
  last_name: 'Brennan',
  address: '14 Harbour Street, Port Ellery',
  license_number: 'PE-204-118',
};

const changeProblems = [NotFound, LicenseNumberTaken];

@ApiTags('Clients')
@Controller('clients')
export class ClientsController {
  constructor(private readonly clients: ClientsService) {}

  @Get()
  @Operation({
    access: 'clients:read',
    summary: 'List and search clients',
    description: 'Search clients by words of their name, or look one up by license number.',
    returns: [ClientDto],
  })
  async listClients(@Query() query: ListClients, @Context() context: RequestContext): Promise<PageResponse<ClientDto>> {
    return PageResponse.of(await this.clients.page(query.toFilter(), query.toPage(), context), query, ClientDto.of);
  }

  @Get(':id')
  @Operation({
    access: 'clients:read',
    allowsCustomers: true,
    summary: 'Get a client',
    description: 'The client. Its rentals are at `/clients/{id}/movie_rents`.',
    returns: ClientDto,
    problems: [NotFound],
  })
  async getClient(@PathId() id: number, @Context() context: RequestContext): Promise<ClientDto> {
    return ClientDto.of(await this.clients.get(id, context));
  }

  @Post()
  @Operation({
    access: 'clients:write',
    summary: 'Add a client',
    description: 'Registers a client, who can rent immediately. License numbers are unique.',
    created: [ClientDto, '/clients'],
    problems: [LicenseNumberTaken],
  })
  async addClient(@Body() input: ClientInput, @Context() context: RequestContext): Promise<ClientDto> {
    return ClientDto.of(await this.clients.create(input.toFields(), context.command(ClientDto.of)));
  }

  @Put(':id')
  @Operation({
    access: ['clients:write', 'clients:read'],
    summary: 'Replace a client',
    description: 'Replaces all editable members; an absent license number is removed.',
    returns: ClientDto,
    requestExamples: { 'All members': ada },
    problems: changeProblems,
  })
  async replaceClient(
    @PathId() id: number,
    @Body() input: ReplaceClientInput,
    @Context() context: RequestContext,
  ): Promise<ClientDto> {
    return ClientDto.of(await this.clients.update(id, input.toFields(), context.command(ClientDto.of)));
  }

  @Patch(':id')
  @Operation({
    access: ['clients:write', 'clients:read'],
    summary: 'Change a client',
    description: 'JSON merge patch (RFC 7396): sets the members in the request and keeps the others.',
    returns: ClientDto,
    requestExamples: { 'Only the address': { address: ada.address } },
    problems: changeProblems,
  })
  async changeClient(
    @PathId() id: number,
    @Body() patch: ClientPatch,
    @Context() context: RequestContext,
  ): Promise<ClientDto> {
    return ClientDto.of(await this.clients.update(id, patch.toFields(), context.command(ClientDto.of)));
  }
}
