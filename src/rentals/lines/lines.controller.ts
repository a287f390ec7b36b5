import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Clock } from '../../kernel/clock.js';
import { NotFound } from '../../kernel/domain-error.js';
import { PathId } from '../../platform/http/dto/path-id.js';
import { Operation } from '../../platform/http/openapi/operation.decorator.js';
import { PageResponse } from '../../platform/http/paging/page-query.js';
import { Context, RequestContext } from '../../platform/http/requests/request-context.js';
import { LineDto } from './dto/line.dto.js';
import { GetLine, ListLines } from './dto/list-lines.dto.js';
import { LinesService } from './lines.service.js';

@ApiTags('Lending')
@Controller('movie_rent_details')
export class LinesController {
  private readonly toDto: ReturnType<typeof LineDto.at>;

  constructor(
    private readonly lines: LinesService,
    clock: Clock,
  ) {
    this.toDto = LineDto.at(clock);
  }

  @Get()
  @Operation({
    access: 'rentals:read',
    allowsCustomers: true,
    summary: 'List lines of rentals',
    description:
      'The lines of all rentals: open (`is_open=true`), overdue (`is_open=true&overdue=true`), or due soon ' +
      '(`is_open=true&due_before=…&sort=due_datetime`). Sorted by due date, lines without one come last.',
    returns: [LineDto],
  })
  async listMovieRentDetails(
    @Query() query: ListLines,
    @Context() context: RequestContext,
  ): Promise<PageResponse<LineDto>> {
    const page = await this.lines.page(query.toFilter(), query.toPage(), query.expand, context);
    return PageResponse.of(page, query, this.toDto);
  }

  @Get(':id')
  @Operation({
    access: 'rentals:read',
    allowsCustomers: true,
    summary: 'Get a line of a rental',
    description: 'The line with its copy, due date and terms.',
    returns: LineDto,
    exampleId: 8,
    problems: [NotFound],
  })
  async getMovieRentDetail(
    @PathId() id: number,
    @Query() query: GetLine,
    @Context() context: RequestContext,
  ): Promise<LineDto> {
    return this.toDto(await this.lines.get(id, query.expand, context));
  }
}
