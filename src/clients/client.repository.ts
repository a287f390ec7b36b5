import type { EntityManager } from 'typeorm';
import { defined } from '../platform/database/columns/defined.js';
import { EntityRepository } from '../platform/database/entity-repository.js';
import { type ById, CompiledSelect } from '../platform/database/queries/compiled-select.js';
import { KeysetPages } from '../platform/database/queries/keyset-pages.js';
import { RowLock } from '../platform/database/queries/row-lock.js';
import { Loan } from '../loans/loan.view.js';
import { onDuplicate } from '../platform/database/queries/constraint-violations.js';
import { type SearchValues, SubstringSearch } from '../platform/database/search/substring-search.js';
import { InvalidInput } from '../kernel/domain-error.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { identityKey } from '../kernel/text.js';
import { Client, type ClientFields } from './client.entity.js';
import { ClientHasRents, LicenseNumberTaken } from './clients.errors.js';

export interface ClientFilter {
  /** Words, or parts of words, of the name, in any order; see `searchWords`. */
  readonly name?: string;
  /** Compared by `identityKey`. */
  readonly licenseNumber?: string;
}

const ofId = (manager: EntityManager) => manager.createQueryBuilder(Client, 'client').where('client.id = :id');
const byId = new CompiledSelect<Client, ById>({ id: 'integer' }, ofId, { isBatched: () => true });
const lock = new RowLock<Client, ById>({ id: 'integer' }, ofId);
const search = new SubstringSearch(Client, ['nameSearch']);
type Listed = SearchValues<'nameSearch'> & { readonly licenseKey?: string };
const pages = new KeysetPages<Client, Listed>(
  { ...search.types, licenseKey: 'text' },
  (manager, given) => {
    const clients = manager.createQueryBuilder(Client, 'client');
    search.restrict(clients, given);
    if (given.licenseKey) clients.andWhere('client.licenseKey = :licenseKey');
    return clients;
  },
  { id: 'id', last_name: 'nameSort' },
  { isBatched: (given) => search.isNarrowed(given) ?? true },
);
const refuseTakenLicense = onDuplicate('client.license_key', () => new LicenseNumberTaken());

export class ClientRepository extends EntityRepository<Client> {
  constructor(manager: EntityManager) {
    super(manager, { title: 'Client', select: byId, lock });
  }

  page({ name, licenseNumber }: ClientFilter, request: PageRequest): Promise<Page<Client>> {
    return search.fetch(this.manager, { nameSearch: name }, (values) =>
      pages.fetch(this.manager, { ...values, licenseKey: keyOf(licenseNumber) }, request),
    );
  }

  /** @throws LicenseNumberTaken */
  async create(fields: ClientFields): Promise<Client> {
    const client = this.manager.create(Client, Client.columnsOf(fields));
    await this.manager.insert(Client, client).catch(refuseTakenLicense);
    return client;
  }

  /**
   * Returns the changed client. Absent fields are kept. Lock it first.
   * @throws LicenseNumberTaken, InvalidInput if an existing address is removed
   */
  async update({ id, ...former }: Client, fields: Partial<ClientFields>): Promise<Client> {
    if (fields.address === null && former.address !== null) throw addressRequired();
    const columns = Client.columnsOf({ ...former, ...defined(fields) });
    await this.manager.update(Client, id, columns).catch(refuseTakenLicense);
    return this.manager.create(Client, { id, ...columns });
  }

  /** Replaces all personal members, and returns the client. Lock it first. */
  async erase({ id, maxOpenCopies }: Client): Promise<Client> {
    const columns = Client.columnsOf({
      firstName: null,
      lastName: 'Erased',
      address: null,
      licenseNumber: null,
      maxOpenCopies,
    });
    await this.manager.update(Client, id, columns);
    return this.manager.create(Client, { id, ...columns });
  }

  /** Lock it first. @throws ClientHasRents */
  async delete({ id }: Client): Promise<void> {
    const rents = await this.manager
      .createQueryBuilder(Loan, 'loan')
      .select('loan.movieRentId', 'id')
      .addSelect('COUNT(*) - COUNT(COALESCE(loan.returnedDatetime, loan.lostDatetime))', 'open')
      .where('loan.clientId = :id', { id })
      .groupBy('loan.movieRentId')
      .getRawMany<{ open: number | string }>();
    const openRents = rents.filter(({ open }) => Number(open) > 0).length;
    if (rents.length > 0) throw new ClientHasRents(openRents, rents.length - openRents);
    await this.manager.delete(Client, id);
  }
}

const keyOf = (licenseNumber: string | undefined): string | undefined =>
  licenseNumber === undefined ? undefined : identityKey(licenseNumber);

/** Only a client who was imported without an address may be updated without one. */
const addressRequired = (): InvalidInput =>
  new InvalidInput([{ path: ['address'], code: 'address_removed', detail: "address can't be removed, only changed." }]);
