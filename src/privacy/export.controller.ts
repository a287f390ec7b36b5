import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ClientBlockDto } from '../clients/blocks/dto/client-block.dto.js';
import { ClientDto } from '../clients/dto/client.dto.js';
import { Clock } from '../kernel/clock.js';
import { NotFound } from '../kernel/domain-error.js';
import { PathId } from '../platform/http/dto/path-id.js';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { SpooledDocument } from '../platform/http/responses/spooled-document.js';
import {
  ClientExportDto,
  ExportedApiKeyDto,
  ExportedEventDto,
  ExportedImportDto,
  ExportedRentDto,
  ExportedResponseDto,
  FormerRentDto,
} from './dto/client-export.dto.js';
import { ExportService, type PersonalData } from './export.service.js';

@ApiTags('Clients')
@Controller('clients/:id/export')
export class ExportController {
  constructor(
    private readonly exports: ExportService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Operation({
    access: ['clients:read', 'rentals:read'],
    allowsCustomers: true,
    summary: 'Export all data of a client',
    description:
      'Everything that is stored about a person, in one snapshot: the client, blocks, API keys (without their digests), ' +
      'rentals with lines and renewals, recorded changes with their comments and notes, identifiers in imported sources, ' +
      'and stored responses. It contains all data that the erasure of the client would replace. Can be large, and is not ' +
      'cached.',
    returns: ClientExportDto,
    isPrivate: true,
    exampleId: 9,
    responseExample: {
      client: {
        id: 9,
        first_name: 'Declan',
        last_name: "O'Hara",
        address: '40 Quay Side, Port Ellery',
        license_number: 'PE-207-815',
      },
      blocks: [],
      api_keys: [],
      imports: [{ source: 'demonstration', source_id: 'PE-207-815' }],
      stored_responses: [],
      events: [],
      movie_rents: [
        {
          renewals: [],
          imports: [{ source: 'demonstration', source_id: 'PE-207-815 2026-01-14T15:38:03.104Z' }],
          events: [],
        },
      ],
      former_movie_rents: [],
    },
    problems: [NotFound],
  })
  exportClient(@PathId() id: number, @Context() context: RequestContext): Promise<SpooledDocument> {
    return this.exports.export(id, context, (data) => this.write(data));
  }

  private write(data: PersonalData): Promise<SpooledDocument> {
    const now = this.clock.now();
    return SpooledDocument.write<ClientExportDto>({
      client: ClientDto.of(data.client),
      blocks: mapChunks(data.blocks, ClientBlockDto.of),
      api_keys: data.apiKeys.map(ExportedApiKeyDto.of),
      imports: data.importedRows.map(ExportedImportDto.of),
      stored_responses: mapChunks(data.storedResponses, ExportedResponseDto.of),
      events: data.events.map(ExportedEventDto.of),
      movie_rents: mapChunks(data.rents, (record) => new ExportedRentDto(record, now)),
      former_movie_rents: mapChunks(data.formerRents, FormerRentDto.of),
    });
  }
}

async function* mapChunks<From, To>(
  chunks: AsyncIterable<readonly From[]>,
  convert: (item: From) => To,
): AsyncGenerator<To[]> {
  for await (const chunk of chunks) yield chunk.map(convert);
}
