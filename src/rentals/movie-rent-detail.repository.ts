import { type EntityManager, Repository } from 'typeorm';
import { onDuplicate } from '../database/unique-violation.js';
import { MovieRentDetail } from './movie-rent-detail.entity.js';
import { CopyAlreadyRented } from './rentals.errors.js';

export class MovieRentDetailRepository extends Repository<MovieRentDetail> {
  constructor(manager: EntityManager) {
    super(MovieRentDetail, manager, manager.queryRunner);
  }

  /** @throws CopyAlreadyRented where the database's own law catches what was judged otherwise */
  async open(movieRentId: number, movieCopyIds: readonly number[]): Promise<void> {
    if (movieCopyIds.length === 0) return;
    const rows = movieCopyIds.map((movieCopyId) => ({ movieRentId, movieCopyId, returnedDatetime: null }));
    await this.createQueryBuilder()
      .insert()
      .values(rows)
      .updateEntity(false)
      .execute()
      .catch(refuseSecondHand(movieCopyIds));
  }
}

const refuseSecondHand = (movieCopyIds: readonly number[]) =>
  onDuplicate(
    'movie_rent_detail.movie_copy_id',
    new CopyAlreadyRented([...movieCopyIds]),
    'ix_movie_rent_detail_one_open_line_per_copy',
  );
