import type { EntityManager } from 'typeorm';
import { ClientBlock } from '../../clients/client-block.entity.js';
import { Client, isLimited } from '../../clients/client.entity.js';
import { inOrder } from '../../kernel/in-order.js';
import { CompiledSelect } from '../../platform/database/queries/compiled-select.js';
import { RowLock } from '../../platform/database/queries/row-lock.js';
import { Shop } from '../../policy/shop.entity.js';

/** The data for the rules of a check-out, apart from the copies: the policy, and the client with open loans and blocks. */
export interface Borrower {
  readonly shop: Shop;
  /** Undefined if there is no such client. */
  readonly client?: Client;
  readonly blocks: readonly ClientBlock[];
}

interface ByClient {
  readonly clientId: number;
}

interface ShopWithClients extends Shop {
  readonly clients: Client[];
  readonly blocks: ClientBlock[];
}

const lists = {
  clients: (manager: EntityManager) =>
    manager
      .createQueryBuilder(Client, 'client')
      .addSelect('client.openCopies')
      .addSelect('client.firstDue')
      .where('client.id = :clientId'),
  blocks: (manager: EntityManager) =>
    manager.createQueryBuilder(ClientBlock, 'block').where('block.clientId = :clientId').orderBy('block.id'),
};
const borrowers = new CompiledSelect<ShopWithClients, ByClient>(
  { clientId: 'integer' },
  (manager) => manager.createQueryBuilder(Shop as new () => ShopWithClients, 'shop').where('shop.id = 1'),
  { lists },
);
const ofId = (manager: EntityManager) => manager.createQueryBuilder(Client, 'client').where('client.id = :clientId');
const existence = new RowLock<Client, ByClient>({ clientId: 'integer' }, ofId);
/** Locks the client only if a limit applies: clients without limits may rent at several desks at the same time. */
const limits = new RowLock<Client, ByClient>({ clientId: 'integer' }, (manager) =>
  ofId(manager).andWhere(isLimited('client')),
);

/** Reads clients as borrowers. */
export class BorrowerRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Returns the client and the policy, with the client locked until the unit of work ends. */
  async getForUpdate(clientId: number): Promise<Borrower> {
    const [, , [found]] = await inOrder(
      existence.run(this.manager, { clientId }, 'key share'),
      limits.run(this.manager, { clientId }, 'no key update'),
      borrowers.all(this.manager, { clientId }),
    );
    return { shop: found!, client: found!.clients[0], blocks: found!.blocks };
  }
}
