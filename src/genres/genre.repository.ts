import type { EntityManager } from 'typeorm';
import { defined } from '../platform/database/columns/defined.js';
import { EntityRepository } from '../platform/database/entity-repository.js';
import { KeysetPages } from '../platform/database/queries/keyset-pages.js';
import { type ById, CompiledSelect } from '../platform/database/queries/compiled-select.js';
import { RowLock } from '../platform/database/queries/row-lock.js';
import { onDuplicate } from '../platform/database/queries/constraint-violations.js';
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

export class GenreRepository extends EntityRepository<Genre> {
  constructor(manager: EntityManager) {
    super(manager, { title: 'Genre', select: byId, lock });
  }

  page(request: PageRequest): Promise<Page<Genre>> {
    return pages.fetch(this.manager, {}, request);
  }

  /** @throws GenreNameTaken */
  async create(fields: GenreFields): Promise<Genre> {
    const genre = this.manager.create(Genre, Genre.columnsOf(fields));
    await this.manager.insert(Genre, genre).catch(refuseTakenName(fields));
    return genre;
  }

  /** Returns the changed genre. Absent fields are kept. Lock it first. @throws GenreNameTaken */
  async update({ id, ...former }: Genre, fields: Partial<GenreFields>): Promise<Genre> {
    const columns = Genre.columnsOf({ ...former, ...defined(fields) });
    await this.manager.update(Genre, id, columns).catch(refuseTakenName(columns));
    return this.manager.create(Genre, { id, ...columns });
  }

  /** Lock it first. @throws GenreInUse */
  async delete({ id }: Genre): Promise<void> {
    // By table name, since genres must not import movies.
    const movies = await this.manager.countBy('movie', { genreId: id });
    if (movies > 0) throw new GenreInUse(movies);
    await this.manager.delete(Genre, id);
  }
}

const refuseTakenName = ({ name }: Pick<GenreFields, 'name'>) =>
  onDuplicate('genre.name_key', () => new GenreNameTaken(name));
