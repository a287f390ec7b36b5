import { Controller, Get, Param, Req } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { NotFound } from '../kernel/domain-error.js';
import { Operation } from './operation.js';
import { ProblemPages } from './problem-pages.js';
import type { StaticDocument } from './static-document.js';

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
    isStatic: true,
  })
  @ApiParam({
    name: 'slug',
    description: 'The last part of the `type`.',
    schema: { type: 'string', pattern: '^[a-z-]+$', maxLength: 100 },
    example: 'copy-already-rented',
  })
  getProblemPage(@Param('slug') slug: string, @Req() request: Request): StaticDocument {
    const page = this.pages.get(slug);
    if (page === undefined) throw new NotFound('Problem');
    return request.accepts(['text/markdown', 'text/html']) === 'text/html' ? page.html : page.markdown;
  }
}
