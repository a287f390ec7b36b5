import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import type { Caller, Command } from '../kernel/command.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { changesOf } from '../platform/events/change.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { type Shop, type ShopFields, shopMembers } from './shop.entity.js';
import { ShopRepository } from './shop.repository.js';

const repositories = { shops: ShopRepository, events: EventRepository };
const readRepositories = { shops: ShopRepository };
const changeOf = changesOf('shop');

@Injectable()
export class PolicyService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  get(caller: Caller): Promise<Shop> {
    return this.unitOfWork.for(caller).readSingle(readRepositories, ({ shops }) => shops.get());
  }

  /** Absent fields are kept. Rentals keep the terms that they began with. */
  update(fields: Partial<ShopFields>, command: Command<Shop>): Promise<Shop> {
    return this.unitOfWork.for(command).run(repositories, async ({ shops, events }) => {
      const former = await shops.getForUpdate();
      command.precondition?.(former);
      const shop = await shops.update(former, fields);
      events.record(command, changeOf('policy.changed', this.clock.now(), shop, shopMembers.between(former, shop)));
      return shop;
    });
  }
}
