import { type EntityManager, Not } from 'typeorm';
import { EntityRepository } from '../../platform/database/entity-repository.js';
import { type ById, CompiledSelect } from '../../platform/database/queries/compiled-select.js';
import { isIndexOrder, KeysetPages } from '../../platform/database/queries/keyset-pages.js';
import { RowLock } from '../../platform/database/queries/row-lock.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import { ClientBlock } from '../client-block.entity.js';

interface BlockFilter {
  readonly clientId: number;
}

const blocks = (manager: EntityManager) => manager.createQueryBuilder(ClientBlock, 'block');
const ofId = (manager: EntityManager) => blocks(manager).where('block.id = :id');
const byId = new CompiledSelect<ClientBlock, ById>({ id: 'integer' }, ofId, { isBatched: () => true });
const lock = new RowLock<ClientBlock, ById>({ id: 'integer' }, ofId);
const pages = new KeysetPages<ClientBlock, BlockFilter>(
  { clientId: 'integer' },
  (manager) => blocks(manager).where('block.clientId = :clientId'),
  { id: 'id' },
  { isBatched: ({ clientId }, sortBy) => isIndexOrder(sortBy, [clientId]) },
);

export class ClientBlockRepository extends EntityRepository<ClientBlock> {
  constructor(manager: EntityManager) {
    super(manager, { title: 'Client block', select: byId, lock });
  }

  page(clientId: number, request: PageRequest): Promise<Page<ClientBlock>> {
    return pages.fetch(this.manager, { clientId }, request);
  }

  async create(columns: Omit<ClientBlock, 'id' | 'client'>): Promise<ClientBlock> {
    const block = this.manager.create(ClientBlock, columns);
    await this.manager.insert(ClientBlock, block);
    return block;
  }

  async delete(id: number): Promise<void> {
    await this.manager.delete(ClientBlock, id);
  }

  /** Moves all blocks of a client to another client, and returns their number. */
  async moveToClient(fromId: number, toId: number): Promise<number> {
    const { affected } = await this.manager.update(ClientBlock, { clientId: fromId }, { clientId: toId });
    return affected!;
  }

  /** Replaces the reasons of all blocks of a client, and returns their number. */
  async eraseReasonsOf(clientId: number): Promise<number> {
    const reason = 'Erased';
    const { affected } = await this.manager.update(ClientBlock, { clientId, reason: Not(reason) }, { reason });
    return affected!;
  }

  /** Deletes the blocks of a client, and returns their ids. */
  async deleteOf(clientId: number): Promise<number[]> {
    const found = await this.manager.find(ClientBlock, { select: { id: true }, where: { clientId } });
    if (found.length > 0) await this.manager.delete(ClientBlock, { clientId });
    return found.map(({ id }) => id);
  }
}
