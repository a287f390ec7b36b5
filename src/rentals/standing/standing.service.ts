import { Injectable } from '@nestjs/common';
import type { ClientBlock } from '../../clients/client-block.entity.js';
import { dateAt } from '../../kernel/calendar.js';
import { Clock } from '../../kernel/clock.js';
import { assertOwn, type Caller } from '../../kernel/command.js';
import { NotFound, type Refusal } from '../../kernel/domain-error.js';
import { inOrder } from '../../kernel/in-order.js';
import { UnitOfWork } from '../../platform/database/unit-of-work.js';
import { BorrowerRepository } from '../checkout/borrower.repository.js';
import { activeBlocks, checkClient, limitOf } from '../checkout/rules.js';
import type { MovieRentDetail } from '../movie-rent.entity.js';
import { type OpenLineCounts, StandingRepository } from './standing.repository.js';

const repositories = { borrowers: BorrowerRepository, standings: StandingRepository };

/** The open loans of a client, and the rules that refuse further ones. */
export interface Standing {
  readonly clientId: number;
  readonly now: Date;
  readonly counts: OpenLineCounts;
  /** Maximum number of copies that the client may have out; null for no limit. */
  readonly limit: number | null;
  readonly lines: readonly MovieRentDetail[];
  /** The blocks that are active today. */
  readonly blocks: readonly ClientBlock[];
  /** The refusals of a check-out of one more copy. */
  readonly refusals: readonly Refusal[];
}

@Injectable()
export class StandingService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  async get(clientId: number, caller: Caller): Promise<Standing> {
    assertOwn(caller, clientId, 'Client');
    return this.unitOfWork.for(caller).read(repositories, async ({ borrowers, standings }) => {
      const now = this.clock.now();
      const [borrower, lines, counts] = await inOrder(
        borrowers.getForUpdate(clientId),
        standings.findOpenLines(clientId),
        standings.countOpenLines(clientId, now),
      );
      if (!borrower.client) throw new NotFound('Client');
      return {
        clientId,
        now,
        counts,
        limit: limitOf(borrower),
        lines,
        blocks: activeBlocks(borrower.blocks, dateAt(now, borrower.shop.timeZone)),
        refusals: checkClient(borrower, { added: 1, removed: 0 }, now),
      };
    });
  }
}
