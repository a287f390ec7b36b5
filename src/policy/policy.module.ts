import { Module } from '@nestjs/common';
import { PolicyService } from './policy.service.js';
import { ShopController } from './shop.controller.js';

@Module({ controllers: [ShopController], providers: [PolicyService] })
export class PolicyModule {}
