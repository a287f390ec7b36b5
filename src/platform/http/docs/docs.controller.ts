import { Controller, Get, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { Operation } from '../openapi/operation.decorator.js';
import type { StaticDocument } from './static-document.js';
import { swaggerUiFiles } from './swagger-ui.js';

@ApiExcludeController()
@Controller()
export class DocsController {
  private readonly files = swaggerUiFiles();

  @Get([...swaggerUiFiles().keys()])
  @Operation({
    summary: 'Get a file of Swagger UI',
    description: 'The page that shows the OpenAPI document, and what it loads.',
    textTypes: ['text/html', 'text/css', 'text/javascript', 'image/png'],
    needsDatabase: false,
  })
  getDocs(@Req() { path }: Request): StaticDocument {
    // The address of a page decides what its relative links mean.
    return this.files.get(path === '/docs/' ? 'docs/index.html' : path.replace(/^\/|\/$/g, ''))!;
  }
}
