import { Module } from '@nestjs/common';
import { ClientMergingController } from './client-merging.controller.js';
import { ClientMergingService } from './client-merging.service.js';
import { MovieMergingController } from './movie-merging.controller.js';
import { MovieMergingService } from './movie-merging.service.js';

@Module({
  controllers: [ClientMergingController, MovieMergingController],
  providers: [ClientMergingService, MovieMergingService],
})
export class MergingModule {}
