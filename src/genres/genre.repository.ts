import { type EntityManager, Repository } from 'typeorm';
import { KeysetPages } from '../platform/database/queries/keyset-pages.js';
import { type ById, CompiledSelect } from '../platform/database/queries/compiled-select.js';
import { type LockStrength, RowLock } from '../platform/database/queries/row-lock.js';
import { onDuplicate } from '../platform/database/queries/constraint-violations.js';
import { NotFound } from '../kernel/domain-error.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { Genre, type GenreFields } from './genre.entity.js';
import { GenreInUse, GenreNameTaken } from './genres.errors.js';

const ofId = (manager: EntityManager) => manager.createQueryBuilder(Genre, 'genre').where('genre.id = :id');
const byId = new CompiledSelect<Genre, ById>({ id: 'integer' }, ofId, { isBatched: () => true });
const lock = new RowLock<Genre, ById>({ id: 'integer' }, ofId);
const pages = new KeysetPages<Genre, object>(
  {},
  (manager) => manager.createQueryBuilder(Genre, 'genre'),
  { id: 'id', name: 'nameKey' },
  { isBatched: () => true },
);

export class GenreRepository extends Repository<Genre> {
  constructor(manager: EntityManager) {
    super(Genre, manager, manager.queryRunner);
  }

  page(request: PageRequest): Promise<Page<Genre>> {
    return pages.fetch(this.manager, {}, request);
  }

  /** @throws NotFound */
  async get(id: number): Promise<Genre> {
    const genre = await byId.first(this.manager, { id });
    if (!genre) throw new NotFound('Genre');
    return genre;
  }

  /** Locks the genre until the unit of work ends, and returns it. @throws NotFound */
  async getForUpdate(id: number, strength: LockStrength = 'no key update'): Promise<Genre> {
    return lock.before(this.manager, { id }, strength, () => this.get(id));
  }

  /** @throws GenreNameTaken */
  async add(fields: GenreFields): Promise<Genre> {
    const genre = this.create(Genre.columnsOf(fields));
    await this.insert(genre).catch(refuseTakenName(fields));
    return genre;
  }

  /** @throws NotFound, GenreNameTaken */
  async change(id: number, fields: Partial<GenreFields>): Promise<Genre> {
    const genre = this.merge(await this.getForUpdate(id), Genre.columnsOf(fields));
    await this.update(id, genre).catch(refuseTakenName(genre));
    return genre;
  }

  /** @throws NotFound, GenreInUse */
  async drop(id: number): Promise<void> {
    await this.getForUpdate(id, 'update');
    // By entity name, since genres must not import movies.
    const movies = await this.manager.countBy('Movie', { genreId: id });
    if (movies > 0) throw new GenreInUse(movies);
    await this.delete(id);
  }
}

const refuseTakenName = ({ name }: Pick<GenreFields, 'name'>) =>
  onDuplicate('genre.name_key', () => new GenreNameTaken(name));
