import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Clock } from '../../kernel/clock.js';
import { NotFound } from '../../kernel/domain-error.js';
import { PathId } from '../../platform/http/dto/path-id.js';
import { Operation } from '../../platform/http/openapi/operation.decorator.js';
import { Context, RequestContext } from '../../platform/http/requests/request-context.js';
import { MovieRentDto } from '../dto/movie-rent.dto.js';
import { LineDto } from '../lines/dto/line.dto.js';
import { LineReturned, RentVoided } from '../rentals.errors.js';
import { ReturnedStackDto } from './dto/returned-stack.dto.js';
import { CommentInput, ReturnedStackInput, ReturnsInput } from './dto/returns-input.dto.js';
import { CopyLentSince, CopyWithdrawn, LineLost } from './returns.errors.js';
import { ReturnsService } from './returns.service.js';

@ApiTags('Lending')
@Controller()
export class ReturnsController {
  private readonly toRent: ReturnType<typeof MovieRentDto.at>;
  private readonly toLine: ReturnType<typeof LineDto.at>;
  private readonly toStack: ReturnType<typeof ReturnedStackDto.at>;

  constructor(
    private readonly returns: ReturnsService,
    clock: Clock,
  ) {
    this.toRent = MovieRentDto.at(clock);
    this.toLine = LineDto.at(clock);
    this.toStack = ReturnedStackDto.at(clock);
  }

  @Post('movie_rents/:id/returns')
  @Operation({
    access: 'rentals:write',
    summary: 'Return lines of a rental',
    description:
      'Returns all these lines or none, each named by its id, its copy or its barcode. Idempotent: a line that was ' +
      'returned before keeps its time, and its note is not recorded again. A damaged copy goes to maintenance, also if ' +
      'the damage is found after the return, as long as the copy was not lent since; the damage of a line is recorded ' +
      'once. A lost copy that comes back is in service again.',
    returns: MovieRentDto,
    requestExamples: {
      'A copy': { details: [{ movie_copy_id: 1 }] },
      'A damaged copy, by its barcode': {
        details: [{ code: 'DVD-0001', condition: 'damaged', note: 'A scratch across chapter 7.' }],
      },
    },
    exampleId: 5,
    isConditional: true,
    problems: [NotFound, CopyLentSince],
  })
  async returnLines(
    @PathId() id: number,
    @Body() input: ReturnsInput,
    @Context() context: RequestContext,
  ): Promise<MovieRentDto> {
    return this.toRent(await this.returns.returnLines(id, input.toReturns(), context.command(this.toRent)));
  }

  @Post('returns')
  @Operation({
    access: 'rentals:write',
    summary: 'Return a stack of copies',
    description:
      'Returns copies of any rentals, as from a drop box, in one transaction. Each copy has its own outcome: an unknown ' +
      'code, or a copy that was not out, does not keep the others from being returned.',
    returns: ReturnedStackDto,
    changes: '/movie_rent_details',
    requestExamples: {
      'A barcode': { copies: [{ code: 'DVD-0001' }] },
      'Two barcodes': { copies: [{ code: 'DVD-0005' }, { code: 'DVD-0022' }] },
    },
    responseExample: { copies: [{ code: 'DVD-0001', movie_copy_id: null, outcome: 'already_in' }] },
  })
  async returnStack(@Body() input: ReturnedStackInput, @Context() context: RequestContext): Promise<ReturnedStackDto> {
    return this.toStack(await this.returns.returnStack(input.toNames(), context.command(this.toStack)));
  }

  @Post('movie_rent_details/:id/undo_return')
  @Operation({
    access: 'rentals:write',
    summary: 'Undo a wrong return',
    description:
      'For a wrong scan: reopens the line with its due date, unless its copy was lent since. A copy that the return ' +
      'sent to maintenance is in service again. Recorded with the comment. Idempotent: an open line is not changed. ' +
      'With the ETag of the line in If-Match, a retry does not undo a later return.',
    returns: LineDto,
    exampleId: 40,
    isConditional: true,
    responseExample: { id: 40, movie_rent_id: 23, returned_datetime: null },
    problems: [NotFound, RentVoided, LineLost, CopyLentSince, CopyWithdrawn],
  })
  async undoReturn(
    @PathId() id: number,
    @Body() input: CommentInput,
    @Context() context: RequestContext,
  ): Promise<LineDto> {
    return this.toLine(await this.returns.undoReturn(id, input.comment, context.command(this.toLine)));
  }

  @Post('movie_rent_details/:id/lost')
  @Operation({
    access: 'rentals:write',
    summary: 'Declare the copy of a line lost',
    description:
      'Ends the line, and sets the state of its copy to `lost`. Idempotent: a lost line keeps its time. If the copy comes ' +
      'back, return the line; if it is found in the shop, change the state of the copy, and the line stays lost.',
    returns: LineDto,
    exampleId: 41,
    isConditional: true,
    responseExample: {
      id: 41,
      movie_rent_id: 23,
      returned_datetime: null,
      lost_datetime: '2026-11-26T16:18:10.611Z',
    },
    problems: [NotFound, LineReturned],
  })
  async declareLost(@PathId() id: number, @Context() context: RequestContext): Promise<LineDto> {
    return this.toLine(await this.returns.lose(id, context.command(this.toLine)));
  }

  @Post('movie_rents/:id/void')
  @Operation({
    access: 'rentals:write',
    summary: 'Void a rental entered by mistake',
    description:
      'Returns all copies that are still out. The rental stays visible, with `voided_datetime`, and can no longer be ' +
      'changed. Recorded with the comment. Idempotent: a void rental is not changed.',
    returns: MovieRentDto,
    requestExamples: { 'A mistake': { comment: 'Entered twice.' } },
    exampleId: 24,
    isConditional: true,
    responseExample: { id: 24, voided_datetime: '2026-11-26T16:18:10.611Z' },
    problems: [NotFound],
  })
  async voidMovieRent(
    @PathId() id: number,
    @Body() input: CommentInput,
    @Context() context: RequestContext,
  ): Promise<MovieRentDto> {
    return this.toRent(await this.returns.void(id, input.comment, context.command(this.toRent)));
  }
}
