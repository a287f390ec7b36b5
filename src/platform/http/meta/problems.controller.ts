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
    summary: 'List the types of problems',
    description: 'All types of problem documents, with what happened and what to do. The list has no pages.',
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
    summary: 'Get a type of problem',
    description: 'What happened and what to do. The `type` of every problem document leads here.',
    returns: ProblemTypeDto,
    textTypes: ['text/markdown', 'text/html'],
    problems: [NotFound],
    needsDatabase: false,
    isStatic: true,
  })
  @ApiParam({
    name: 'slug',
    description: 'The last part of the `type`.',
    schema: { type: 'string', pattern: '^[a-z-]+$', maxLength: 100, example: 'copy-already-rented' },
  })
  getProblemPage(@Param('slug') slug: string, @Req() request: Request): StaticDocument {
    const page = this.pages.get(slug);
    if (page === undefined) throw new NotFound('Problem');
    return page[preferred(request, 'text/markdown', 'text/html', 'application/json')];
  }
}

/** The media type that the client prefers; the first, where its Accept names none of them. */
function preferred(request: Request, ...types: [PageType, ...PageType[]]): PageType {
  return (request.accepts(types) || types[0]) as PageType;
}
