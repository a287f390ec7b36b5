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
    access: 'documentation',
    summary: 'Get a file of Swagger UI',
    description: 'The documentation page and its assets.',
    textTypes: ['text/html', 'text/css', 'text/javascript', 'image/png'],
    needsDatabase: false,
  })
  getDocs(@Req() { path }: Request): StaticDocument {
    // Relative links depend on the trailing slash of the page's URL.
    return this.files.get(path === '/docs/' ? 'docs/index.html' : path.replace(/^\/|\/$/g, ''))!;
  }
}
