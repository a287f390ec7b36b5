import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { OpenApiDocument } from '../openapi/openapi-document.js';
import { Operation } from '../openapi/operation.decorator.js';
import type { ArrivedRequest } from '../requests/request-target.js';
import type { StaticDocument } from '../docs/static-document.js';
import { OpenApiDto, ServiceDto, VersionDto } from './service.dto.js';

export const SERVICE_VERSION = Symbol('the version of the service');

@ApiTags('Service')
@Controller()
export class ServiceController {
  constructor(
    @Inject(SERVICE_VERSION) private readonly version: string,
    private readonly openApi: OpenApiDocument,
  ) {}

  @Get()
  @Operation({
    access: 'public',
    summary: 'Get service information',
    description: 'Name, version and entry points. Browsers are redirected to the documentation.',
    returns: ServiceDto,
    redirectsBrowsersTo: '/docs',
    needsDatabase: false,
  })
  getService(@Req() request: ArrivedRequest, @Res() response: Response): void {
    const [docs, openapi] = ['/docs', '/openapi.json'].map((path) => request.publicUrl + path);
    response.vary('Accept');
    if (request.accepts(['json', 'html']) === 'html') response.status(302).set('Location', docs).end();
    else response.json({ message: 'Movie rental', version: this.version, docs, openapi });
  }

  @Get('version')
  @Operation({
    access: 'public',
    summary: 'Get the service version',
    description: 'The running release, for example to verify an upgrade.',
    returns: VersionDto,
    needsDatabase: false,
  })
  getVersion(): VersionDto {
    return { version: this.version };
  }

  @Get('openapi.json')
  @Operation({
    access: 'documentation',
    summary: 'Get the OpenAPI document',
    description: 'The OpenAPI document of the running service, for code generators.',
    returns: OpenApiDto,
    needsDatabase: false,
    isStatic: true,
  })
  getOpenApiDocument(): StaticDocument {
    return this.openApi.content;
  }
}
