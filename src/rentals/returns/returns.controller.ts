import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Clock } from '../../kernel/clock.js';
import { NotFound } from '../../kernel/domain-error.js';
import { PathId } from '../../platform/http/dto/path-id.js';
import { Operation } from '../../platform/http/openapi/operation.decorator.js';
import { Context, RequestContext } from '../../platform/http/requests/request-context.js';
import { MovieRentDto } from '../dto/movie-rent.dto.js';
import { ReturnedStackDto } from './dto/returned-stack.dto.js';
import { ReturnedStackInput, ReturnsInput } from './dto/returns-input.dto.js';
import { CopyLentSince } from './returns.errors.js';
import { ReturnsService } from './returns.service.js';

@ApiTags('Lending')
@Controller()
export class ReturnsController {
  private readonly toRent: ReturnType<typeof MovieRentDto.at>;
  private readonly toStack: ReturnType<typeof ReturnedStackDto.at>;

  constructor(
    private readonly returns: ReturnsService,
    clock: Clock,
  ) {
    this.toRent = MovieRentDto.at(clock);
    this.toStack = ReturnedStackDto.at(clock);
  }

  @Post('movie_rents/:id/returns')
  @Operation({
    summary: 'Return lines of a rental',
    description:
      'Returns all these lines or none, each named by its id, its copy or its barcode. Idempotent: a line that was ' +
      'returned before keeps its time, and its note is not recorded again. A damaged copy goes to maintenance, also if ' +
      'the damage is found after the return, as long as the copy was not lent since. A lost copy that comes back is ' +
      'in service again.',
    returns: MovieRentDto,
    requestExamples: {
      'A copy': { details: [{ movie_copy_id: 1 }] },
      'A damaged copy, by its barcode': {
        details: [{ code: 'DVD-0001', condition: 'damaged', note: 'A scratch across chapter 7.' }],
      },
    },
    exampleId: 5,
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
    summary: 'Return a stack of copies',
    description:
      'Returns copies of any rentals, as from a drop box, in one transaction. Each is answered by itself: an unknown ' +
      'code, or a copy that was not out, keeps none of the others from being returned.',
    returns: ReturnedStackDto,
    requestExamples: {
      'A barcode': { copies: [{ code: 'DVD-0001' }] },
      'Two barcodes': { copies: [{ code: 'DVD-0005' }, { code: 'DVD-0022' }] },
    },
    responseExample: { copies: [{ code: 'DVD-0001', movie_copy_id: null, outcome: 'already_in' }] },
  })
  async returnStack(@Body() input: ReturnedStackInput, @Context() context: RequestContext): Promise<ReturnedStackDto> {
    return this.toStack(await this.returns.returnStack(input.toNames(), context.command(this.toStack)));
  }
}
