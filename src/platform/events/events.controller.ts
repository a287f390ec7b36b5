import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../http/openapi/operation.decorator.js';
import { PageResponse } from '../http/paging/page-query.js';
import { Context, RequestContext } from '../http/requests/request-context.js';
import { EventDto } from './dto/event.dto.js';
import { ListEvents } from './dto/list-events.dto.js';
import { EventsService } from './events.service.js';

@ApiTags('Record')
@Controller('events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Get()
  @Operation({
    access: 'admin',
    summary: 'List recorded changes',
    description:
      'All changes in the order of their commits, for audits and for programs that follow the shop. To follow it, ' +
      'request the `next` link of each response: the last page has one too, which leads to later changes. No change is ' +
      'missed or repeated. On PostgreSQL, changes appear as soon as all earlier transactions have ended.',
    returns: [EventDto],
  })
  async listEvents(@Query() query: ListEvents, @Context() context: RequestContext): Promise<PageResponse<EventDto>> {
    return PageResponse.of(await this.events.page(query.toFilter(), query.toPage(), context), query, EventDto.of);
  }
}
