import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { NotFound } from '../../kernel/domain-error.js';
import { PathId } from '../../platform/http/dto/path-id.js';
import { Operation } from '../../platform/http/openapi/operation.decorator.js';
import { PageResponse } from '../../platform/http/paging/page-query.js';
import { Context, RequestContext } from '../../platform/http/requests/request-context.js';
import { ClientBlocksService } from './client-blocks.service.js';
import { ClientBlockDto, ClientBlockInput, ListClientBlocks } from './dto/client-block.dto.js';

@ApiTags('Clients')
@Controller()
export class ClientBlocksController {
  constructor(private readonly blocks: ClientBlocksService) {}

  @Get('clients/:id/blocks')
  @Operation({
    access: 'clients:read',
    summary: 'List the blocks of a client',
    description: 'All blocks, expired ones included.',
    returns: [ClientBlockDto],
    exampleId: 12,
    problems: [NotFound],
  })
  async listBlocksOfClient(
    @PathId() id: number,
    @Query() query: ListClientBlocks,
    @Context() context: RequestContext,
  ): Promise<PageResponse<ClientBlockDto>> {
    const list = query.scopedTo(id);
    return PageResponse.of(await this.blocks.pageOfClient(id, list.toPage(), context), list, ClientBlockDto.of);
  }

  @Post('clients/:id/blocks')
  @Operation({
    access: 'clients:write',
    summary: 'Block a client',
    description: 'The client may rent nothing through `until`, or until the block is removed. Returns stay possible.',
    created: [ClientBlockDto, '/client_blocks'],
    exampleId: 12,
    problems: [NotFound],
  })
  async blockClient(
    @PathId() id: number,
    @Body() input: ClientBlockInput,
    @Context() context: RequestContext,
  ): Promise<ClientBlockDto> {
    return ClientBlockDto.of(await this.blocks.create(id, input.toFields(), context.command(ClientBlockDto.of)));
  }

  @Get('client_blocks/:id')
  @Operation({
    access: 'clients:read',
    summary: 'Get a block of a client',
    description: 'The block with its reason and its last date.',
    returns: ClientBlockDto,
    problems: [NotFound],
  })
  async getClientBlock(@PathId() id: number, @Context() context: RequestContext): Promise<ClientBlockDto> {
    return ClientBlockDto.of(await this.blocks.get(id, context));
  }

  @Delete('client_blocks/:id')
  @Operation({
    access: 'clients:write',
    summary: 'Remove a block of a client',
    description: 'The client may rent again, unless another rule forbids it. The removal is recorded.',
    exampleId: 2,
    problems: [NotFound],
  })
  async removeClientBlock(@PathId() id: number, @Context() context: RequestContext): Promise<void> {
    await this.blocks.delete(id, context.command(ClientBlockDto.of));
  }
}
