import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Clock } from '../../kernel/clock.js';
import { NotFound } from '../../kernel/domain-error.js';
import { PathId } from '../../platform/http/dto/path-id.js';
import { Operation } from '../../platform/http/openapi/operation.decorator.js';
import { PageResponse } from '../../platform/http/paging/page-query.js';
import { Context, RequestContext } from '../../platform/http/requests/request-context.js';
import { MovieRentDto } from '../dto/movie-rent.dto.js';
import { RenewalRefused, RentVoided } from '../rentals.errors.js';
import { ListRenewals, RenewalDto } from './dto/renewal.dto.js';
import { RenewalsInput } from './dto/renewals-input.dto.js';
import { RenewalsService } from './renewals.service.js';

@ApiTags('Lending')
@Controller()
export class RenewalsController {
  private readonly toRent: ReturnType<typeof MovieRentDto.at>;

  constructor(
    private readonly renewals: RenewalsService,
    clock: Clock,
  ) {
    this.toRent = MovieRentDto.at(clock);
  }

  @Post('movie_rents/:id/renewals')
  @Operation({
    access: 'rentals:write',
    allowsCustomers: true,
    summary: 'Renew lines of a rental',
    description:
      'Extends the due dates of all these lines or of none: by their rental days, from the present due date, or from ' +
      'today if a line is overdue. The response lists every failing line.',
    returns: MovieRentDto,
    requestExamples: { 'A line by the barcode of its copy': { details: [{ code: 'DVD-0012' }] } },
    exampleId: 25,
    isConditional: true,
    problems: [NotFound, RenewalRefused, RentVoided],
  })
  async renewLines(
    @PathId() id: number,
    @Body() input: RenewalsInput,
    @Context() context: RequestContext,
  ): Promise<MovieRentDto> {
    if (input.override) context.assertScope('rentals:write');
    return this.toRent(await this.renewals.renew(id, input.toOrder(), context.command(this.toRent)));
  }

  @Get('movie_rent_details/:id/renewals')
  @Operation({
    access: 'rentals:read',
    allowsCustomers: true,
    summary: 'List the renewals of a line',
    description: 'The renewals, each with its time, its former and new due date, and, for staff, who made it.',
    returns: [RenewalDto],
    exampleId: 32,
    problems: [NotFound],
  })
  async listRenewals(
    @PathId() id: number,
    @Query() query: ListRenewals,
    @Context() context: RequestContext,
  ): Promise<PageResponse<RenewalDto>> {
    const list = query.scopedTo(id);
    return PageResponse.of(await this.renewals.pageOfLine(id, list.toPage(), context), list, RenewalDto.for(context));
  }
}
