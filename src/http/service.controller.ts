import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';

export const SERVICE_VERSION = Symbol('the version of the service');

@ApiTags('Service')
@Controller()
export class ServiceController {
  constructor(@Inject(SERVICE_VERSION) private readonly version: string) {}

  @Get()
  @ApiOperation({ summary: 'Say what this is', description: 'A browser is led to the documentation.' })
  @ApiOkResponse({
    schema: {
      type: 'object',
      required: ['message', 'version', 'docs', 'openapi'],
      properties: {
        message: { type: 'string' },
        version: { type: 'string' },
        docs: { type: 'string' },
        openapi: { type: 'string' },
      },
    },
  })
  getRoot(@Req() request: Request, @Res() response: Response): void {
    if (request.accepts(['json', 'html']) === 'html') response.redirect('/docs');
    else response.json({ message: 'Movie rental', version: this.version, docs: '/docs', openapi: '/openapi.json' });
  }

  @Get('version')
  @ApiOperation({ summary: 'Get the version' })
  @ApiOkResponse({ schema: { type: 'object', required: ['version'], properties: { version: { type: 'string' } } } })
  getVersion(): { version: string } {
    return { version: this.version };
  }
}
