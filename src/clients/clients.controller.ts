import { Body, Controller, Delete, Get, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../http/operation.js';
import { PageAnswer } from '../http/paging.js';
import { PathId } from '../http/path-id.js';
import { InvalidOrder, NotFound } from '../kernel/domain-error.js';
import { ClientHasRents, LicenseNumberTaken } from './clients.errors.js';
import { ClientsService } from './clients.service.js';
import { ClientInput, ClientPatch } from './dto/client-input.dto.js';
import { ClientDto } from './dto/client.dto.js';
import { ListClients } from './dto/list-clients.dto.js';

const changeProblems = [NotFound, LicenseNumberTaken, InvalidOrder];

@ApiTags('Clients')
@Controller('clients')
export class ClientsController {
  constructor(private readonly clients: ClientsService) {}

  @Get()
  @Operation({ summary: 'List and search clients', answers: [ClientDto], problems: [InvalidOrder] })
  async listClients(@Query() query: ListClients): Promise<PageAnswer<ClientDto>> {
    return PageAnswer.of(await this.clients.page(query.toFilter(), query.toPage()), query, ClientDto.of);
  }

  @Get(':id')
  @Operation({ summary: 'Get a client', answers: ClientDto, problems: [NotFound, InvalidOrder] })
  async getClient(@PathId() id: number): Promise<ClientDto> {
    return ClientDto.of(await this.clients.get(id));
  }

  @Post()
  @Operation({
    summary: 'Add a client',
    creates: [ClientDto, '/clients'],
    problems: [LicenseNumberTaken, InvalidOrder],
  })
  async addClient(@Body() input: ClientInput): Promise<ClientDto> {
    return ClientDto.of(await this.clients.add(input.toOrder()));
  }

  @Put(':id')
  @Operation({ summary: 'Replace a client', answers: ClientDto, problems: changeProblems })
  async replaceClient(@PathId() id: number, @Body() input: ClientInput): Promise<ClientDto> {
    return ClientDto.of(await this.clients.change(id, input.toOrder()));
  }

  @Patch(':id')
  @Operation({ summary: 'Change a client', answers: ClientDto, problems: changeProblems })
  async changeClient(@PathId() id: number, @Body() patch: ClientPatch): Promise<ClientDto> {
    return ClientDto.of(await this.clients.change(id, patch.toOrder()));
  }

  @Delete(':id')
  @Operation({ summary: 'Delete a client who never rented', problems: [NotFound, ClientHasRents, InvalidOrder] })
  async deleteClient(@PathId() id: number): Promise<void> {
    await this.clients.drop(id);
  }
}
