import { Controller, Get, Param, Req } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { NotFound } from '../../../kernel/domain-error.js';
import { Operation } from '../openapi/operation.decorator.js';
import { type PageType, ProblemPages } from '../problems/problem-pages.js';
import { ProblemTypeDto } from './problem-type.dto.js';
import type { StaticDocument } from '../docs/static-document.js';

@ApiTags('Service')
@Controller('problems')
export class ProblemsController {
  constructor(private readonly pages: ProblemPages) {}

  @Get()
  @Operation({
    access: 'public',
    summary: 'List problem types',
    description: 'All types of problem documents, each with its cause and remedy. The list is not paginated.',
    returns: [ProblemTypeDto],
    textTypes: ['text/html', 'text/markdown'],
    needsDatabase: false,
    isStatic: true,
  })
  listProblems(@Req() request: Request): StaticDocument {
    return this.pages.list[preferred(request, 'application/json', 'text/html', 'text/markdown')];
  }

  @Get(':slug')
  @Operation({
    access: 'public',
    summary: 'Get a problem type',
    description: 'Cause and remedy. The `type` of every problem document is the URL of this page.',
    returns: ProblemTypeDto,
    textTypes: ['text/markdown', 'text/html'],
    problems: [NotFound],
    needsDatabase: false,
    isStatic: true,
  })
  @ApiParam({
    name: 'slug',
    description: 'The last segment of the `type`.',
    schema: { type: 'string', pattern: '^[a-z-]+$', maxLength: 100, example: 'copy-already-rented' },
  })
  getProblemPage(@Param('slug') slug: string, @Req() request: Request): StaticDocument {
    const page = this.pages.get(slug);
    if (page === undefined) throw new NotFound('Problem');
    return page[preferred(request, 'text/markdown', 'text/html', 'application/json')];
  }
}

/** Returns the client's preferred media type, or the first if Accept names none of them. */
function preferred(request: Request, ...types: [PageType, ...PageType[]]): PageType {
  return (request.accepts(types) || types[0]) as PageType;
}
