import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ProblemDto } from './problem.dto.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Describes the service as its code is, and shows it under /docs and /openapi.json. */
export function useOpenApi(app: INestApplication, version: string): void {
  SwaggerModule.setup('docs', app, describeApi(app, version), {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Movie rental',
    swaggerOptions: { tryItOutEnabled: true, operationsSorter: undefined },
  });
}

export function describeApi(app: INestApplication, version: string): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Movie rental')
    .setDescription(
      'Keeps the truth of a shop that lends movies: titles and their physical copies, genres, clients and rentals. ' +
        'Renting, and adding a movie with its copies, happen whole or not at all; one copy is never in two hands.',
    )
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addTag('Movie rents', 'Lend copies to clients, and take them back.')
    .addTag('Movies', 'The titles, and how many copies of each there are.')
    .addTag('Movie copies', 'The discs and tapes themselves.')
    .addTag('Genres', 'What the titles are sorted into.')
    .addTag('Clients', 'Who may rent.')
    .addTag('Service', 'The service itself.')
    .build();
  const document = SwaggerModule.createDocument(app, builder, {
    operationIdFactory: (_controller, handler) => handler,
    extraModels: [ProblemDto],
  });
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path) as Operation[]) complete(operation);
  }
  return document;
}

/** Adds what holds for every operation alike: ids are ids, and any may be refused as our problem documents say. */
function complete(operation: Operation): void {
  for (const parameter of operation.parameters ?? []) {
    if ('in' in parameter && parameter.in === 'path') {
      Object.assign(parameter, { schema: { type: 'integer', format: 'int32', minimum: 1 }, description: 'Its id.' });
    }
  }
  operation.responses['default'] ??= {
    description: 'Any other problem.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } },
  };
}
