import { type EntityManager, Repository } from 'typeorm';
import { type ById, CompiledSelect } from '../database/compiled-select.js';
import { PreparedPages } from '../database/keyset.js';
import { type LockStrength, RowLock } from '../database/lock.js';
import { Loan } from '../database/loan.view.js';
import { onDuplicate } from '../database/violations.js';
import {
  type Containing,
  containing,
  containingTypes,
  isNarrowed,
  pageAtOnce,
  whereContains,
} from '../database/where-contains.js';
import { NotFound } from '../kernel/domain-error.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { searchable } from '../kernel/text.js';
import { Client, type ClientFields } from './client.entity.js';
import { ClientHasRents, LicenseNumberTaken } from './clients.errors.js';

export interface ClientFilter {
  /** Part of "first last", in any case and with or without accents. */
  readonly name?: string;
  readonly licenseNumber?: string;
}

const ofId = (manager: EntityManager) => manager.createQueryBuilder(Client, 'client').where('client.id = :id');
const byId = new CompiledSelect<Client, ById>({ id: 'integer' }, ofId, { isBatched: () => true });
const lock = new RowLock<Client, ById>({ id: 'integer' }, ofId);
type Listed = Partial<Containing> & Pick<ClientFilter, 'licenseNumber'>;
const pages = new PreparedPages<Client, Listed>(
  { ...containingTypes, licenseNumber: 'text' },
  (manager, given) => {
    const clients = manager.createQueryBuilder(Client, 'client');
    whereContains(clients, 'nameSearch', given);
    if (given.licenseNumber) clients.andWhere('client.licenseNumber = :licenseNumber');
    return clients;
  },
  { id: 'id', last_name: 'nameSort' },
  { isBatched: isNarrowed },
);
const refuseTakenLicense = onDuplicate('client.license_number', () => new LicenseNumberTaken());

export class ClientRepository extends Repository<Client> {
  constructor(manager: EntityManager) {
    super(Client, manager, manager.queryRunner);
  }

  /** A page, by a single statement; undefined where that doesn't tell what there is, and `page` does. */
  pageAtOnce({ name, licenseNumber }: ClientFilter, request: PageRequest): Promise<Page<Client> | undefined> {
    return pageAtOnce(this.manager, name && searchable(name), (part) =>
      pages.fetch(this.manager, { ...part, licenseNumber }, request),
    );
  }

  async page({ name, licenseNumber }: ClientFilter, request: PageRequest): Promise<Page<Client>> {
    const part = name === undefined ? undefined : await containing(this, 'nameSearch', searchable(name));
    return pages.fetch(this.manager, { ...part, licenseNumber }, request);
  }

  /** @throws NotFound */
  async get(id: number): Promise<Client> {
    const client = await byId.first(this.manager, { id });
    if (!client) throw new NotFound('Client');
    return client;
  }

  /** Gets it as it is, and as it stays for everybody else until the unit of work ends. @throws NotFound */
  async getLocked(id: number, strength: LockStrength = 'change'): Promise<Client> {
    return lock.before(this.manager, { id }, strength, () => this.get(id));
  }

  /** Whether there is such a client; if so, it stays until the unit of work ends. */
  async isKnown(id: number): Promise<boolean> {
    const locked = await lock.run(this.manager, { id }, 'keep');
    return locked === undefined ? (await byId.first(this.manager, { id })) !== undefined : locked > 0;
  }

  /** @throws LicenseNumberTaken */
  async add(fields: ClientFields): Promise<Client> {
    const client = this.create(Client.columnsOf(fields));
    await this.insert(client).catch(refuseTakenLicense);
    return client;
  }

  /** @throws NotFound, LicenseNumberTaken */
  async change(id: number, fields: Partial<ClientFields>): Promise<Client> {
    const client = this.merge(await this.getLocked(id), fields);
    this.merge(client, Client.columnsOf(client));
    await this.update(id, client).catch(refuseTakenLicense);
    return client;
  }

  /** @throws NotFound, ClientHasRents */
  async drop(id: number): Promise<void> {
    await this.getLocked(id, 'remove');
    const rents = await this.manager
      .createQueryBuilder(Loan, 'loan')
      .select('loan.movieRentId', 'id')
      .addSelect('COUNT(*) - COUNT(loan.returnedDatetime)', 'open')
      .where('loan.clientId = :id', { id })
      .groupBy('loan.movieRentId')
      .getRawMany<{ open: number | string }>();
    const openRents = rents.filter(({ open }) => Number(open) > 0).length;
    if (rents.length > 0) throw new ClientHasRents(openRents, rents.length - openRents);
    await this.delete(id);
  }
}
