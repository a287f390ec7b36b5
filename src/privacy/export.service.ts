import { Injectable } from '@nestjs/common';
import { ClientBlockRepository } from '../clients/blocks/client-block.repository.js';
import type { ClientBlock } from '../clients/client-block.entity.js';
import type { Client } from '../clients/client.entity.js';
import { ClientRepository } from '../clients/client.repository.js';
import type { ImportedRow } from '../imports/imported-row.entity.js';
import { ImportedRowRepository } from '../imports/imported-row.repository.js';
import { assertOwn, type Caller } from '../kernel/command.js';
import { pagesOf } from '../kernel/page.js';
import type { ApiKey } from '../platform/auth/api-keys/api-key.entity.js';
import { ApiKeyRepository } from '../platform/auth/api-keys/api-key.repository.js';
import {
  IdempotencyKeyRepository,
  type StoredResponse,
} from '../platform/database/idempotency/idempotency-key.repository.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import type { Event } from '../platform/events/event.entity.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { MovieRentRepository } from '../rentals/movie-rent.repository.js';
import { RenewalRepository } from '../rentals/renewals/renewal.repository.js';
import { resourcesOfClient } from '../rentals/resources-of-client.js';
import { PersonRepository } from './person.repository.js';
import { type FormerRentRecord, formerRentRecords, type RentRecord, rentRecords } from './rent-records.js';

const repositories = {
  clients: ClientRepository,
  blocks: ClientBlockRepository,
  rents: MovieRentRepository,
  renewals: RenewalRepository,
  importedRows: ImportedRowRepository,
  idempotencyKeys: IdempotencyKeyRepository,
  apiKeys: ApiKeyRepository,
  events: EventRepository,
  persons: PersonRepository,
};

/** Everything that is stored about a client. Long lists are read in chunks, while they are written. */
export interface PersonalData {
  readonly client: Client;
  readonly blocks: AsyncIterable<readonly ClientBlock[]>;
  readonly apiKeys: readonly ApiKey[];
  readonly importedRows: readonly ImportedRow[];
  readonly storedResponses: AsyncIterable<readonly StoredResponse[]>;
  /** The events of the client and of merged duplicates. */
  readonly events: readonly Event[];
  readonly rents: AsyncIterable<readonly RentRecord[]>;
  readonly formerRents: AsyncIterable<readonly FormerRentRecord[]>;
}

@Injectable()
export class ExportService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Reads everything that is stored about a client in one transaction, which ends when `write` has written it. */
  async export<Document>(
    id: number,
    caller: Caller,
    write: (data: PersonalData) => Promise<Document>,
  ): Promise<Document> {
    assertOwn(caller, id, 'Client');
    return this.unitOfWork.for(caller).read(repositories, async (unit) => {
      const client = await unit.clients.get(id);
      const clientIds = await unit.persons.clientsOf(id);
      return write({
        client,
        blocks: pagesOf((request) => unit.blocks.page(id, request)),
        apiKeys: await unit.apiKeys.listOf(clientIds),
        importedRows: await unit.importedRows.of('client', clientIds),
        storedResponses: unit.idempotencyKeys.responsesOf(resourcesOfClient, [id]),
        events: await unit.events.ofResources('clients', clientIds),
        rents: rentRecords(clientIds, unit),
        formerRents: formerRentRecords(clientIds, unit),
      });
    });
  }
}
