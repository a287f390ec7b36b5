import { Module } from '@nestjs/common';
import { ClientBlocksController } from './blocks/client-blocks.controller.js';
import { ClientBlocksService } from './blocks/client-blocks.service.js';
import { ClientsController } from './clients.controller.js';
import { ClientsService } from './clients.service.js';

@Module({ controllers: [ClientsController, ClientBlocksController], providers: [ClientsService, ClientBlocksService] })
export class ClientsModule {}
