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
    summary: 'Ask what this is',
    description: 'Where to go on from here. A browser is led to the documentation.',
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
    summary: 'Get the version',
    description: 'To see which release is running, after an upgrade for example.',
    returns: VersionDto,
    needsDatabase: false,
  })
  getVersion(): VersionDto {
    return { version: this.version };
  }

  @Get('openapi.json')
  @Operation({
    summary: 'Get this document',
    description: 'The OpenAPI document of the service that runs, to generate clients from.',
    returns: OpenApiDto,
    needsDatabase: false,
    isStatic: true,
  })
  getOpenApiDocument(): StaticDocument {
    return this.openApi.content;
  }
}
