import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { NotFound } from '../kernel/domain-error.js';
import { Operation } from './operation.js';
import { asHtml, ProblemPages } from './problem-pages.js';

@ApiTags('Service')
@Controller('problems')
export class ProblemsController {
  constructor(private readonly pages: ProblemPages) {}

  @Get(':slug')
  @Operation({
    summary: 'Read what a type of problem means',
    description: 'What happened and what to do, in plain words. The `type` of every problem document leads here.',
    text: ['text/markdown', 'text/html'],
    problems: [NotFound],
    withoutDatabase: true,
  })
  @ApiParam({
    name: 'slug',
    description: 'The last part of the `type`.',
    schema: { type: 'string', pattern: '^[a-z-]+$', maxLength: 100 },
    example: 'copy-already-rented',
  })
  getProblemPage(@Param('slug') slug: string, @Req() request: Request, @Res() response: Response): void {
    const page = this.pages.get(slug);
    if (page === undefined) throw new NotFound('Problem');
    const wantsHtml = request.accepts(['text/markdown', 'text/html']) === 'text/html';
    response
      .vary('Accept')
      .type(wantsHtml ? 'text/html' : 'text/markdown')
      .send(wantsHtml ? asHtml(page) : page);
  }
}
