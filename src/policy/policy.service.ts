import { Injectable } from '@nestjs/common';
import type { Caller, Command } from '../kernel/command.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import type { Shop, ShopFields } from './shop.entity.js';
import { ShopRepository } from './shop.repository.js';

const repositories = { shops: ShopRepository };

@Injectable()
export class PolicyService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  get(caller: Caller): Promise<Shop> {
    return this.unitOfWork.for(caller).readSingle(repositories, ({ shops }) => shops.get());
  }

  /** Absent fields are kept. Rentals keep the terms that they began with. */
  update(fields: Partial<ShopFields>, command: Command<Shop>): Promise<Shop> {
    return this.unitOfWork.for(command).run(repositories, async ({ shops }) => {
      command.precondition?.(await shops.getForUpdate());
      return shops.update(fields);
    });
  }
}
