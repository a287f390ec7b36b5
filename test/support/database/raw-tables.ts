import type { EntityManager, Repository } from 'typeorm';
import { Genre } from '../../../src/genres/genre.entity.js';
import { GenreRepository } from '../../../src/genres/genre.repository.js';

/** The EntityManager that repositories hide, for use in a unit of work. */
export class RawTables {
  constructor(readonly manager: EntityManager) {}
}

/** The repository of genres, with access to TypeORM's repository and SQL. */
export class RawGenres extends GenreRepository {
  declare readonly manager: EntityManager;

  get rows(): Repository<Genre> {
    return this.manager.getRepository(Genre);
  }

  count(): Promise<number> {
    return this.rows.count();
  }

  query<Rows = unknown>(sql: string, parameters?: unknown[]): Promise<Rows> {
    return this.manager.query<Rows>(sql, parameters);
  }
}
