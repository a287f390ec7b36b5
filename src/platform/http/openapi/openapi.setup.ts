import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { OpenApiDocument } from './openapi-document.js';
import { headers } from './headers.js';
import { completeOperations } from './operations.js';
import { addProblems, describeGeneralProblems } from './common-problems.js';
import { schemeName, securityScheme } from './security.js';
import { toOpenApi31 } from './schemas.js';
import { tags } from './tags.js';
import { isProblemUri } from '../problems/problem-details.js';
import { StaticDocument } from '../docs/static-document.js';

/**
 * Serves the OpenAPI document at /openapi.json. It is generated for the first request, which blocks the process for 0.1 to
 * 0.2 s once: few starts of a service need it.
 */
export function useOpenApi(app: INestApplication, version: string, publicUrl: string): void {
  app.get(OpenApiDocument).content = new StaticDocument({
    type: 'application/json; charset=utf-8',
    load: () => {
      const document = describeApi(app, version);
      document.servers![0]!.url = publicUrl || '/';
      return JSON.stringify(document, (_name, value: unknown) => (isProblemUri(value) ? publicUrl + value : value));
    },
  });
}

export function describeApi(app: INestApplication, version: string): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Movie rental')
    .setDescription(
      'Backend of a movie rental shop: movies and their physical copies, genres, clients and rentals. ' +
        'Renting, and adding a movie with its copies, are atomic; a copy is on at most one open rental.\n\n' +
        'Requests are authenticated by `Authorization: Bearer <API key or token>`; a service on a loopback address ' +
        'without any key needs none.\n\n' +
        'Errors are problem documents (RFC 9457). Their `type` is the URL of a page with the cause and the remedy; ' +
        '`/problems` lists all of them. In addition to its own problems, an operation can return these:\n\n' +
        `${describeGeneralProblems()}\n\n` +
        'Lists are JSON arrays with keyset pagination by `Link` headers. Clients without access to headers ' +
        'continue with `after`, the id of the last row, until a page is empty.\n\n' +
        'Every response has an `X-Request-Id`, which identifies the request in the log. Resources have an `ETag`: ' +
        '`If-None-Match` avoids transferring an unchanged resource, and `If-Match` prevents lost updates. With an ' +
        '`Idempotency-Key`, a POST can be retried safely.\n\n' +
        'Text is trimmed and normalized (NFC), and its length is counted in code points. Titles, names and codes must ' +
        'not contain control or format characters, except joiners that a word or an emoji needs; descriptions and ' +
        'addresses may contain line breaks, tabs and format characters.',
    )
    .setVersion(version)
    .setContact("The shop's desk", 'https://shop.example/contact', 'desk@shop.example')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The server of this document')
    .addSecurity(schemeName, securityScheme);
  // In alphabetical order, as OpenAPI linters require.
  for (const name of Object.keys(tags).sort()) builder.addTag(name, tags[name]);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (_controller, handler) => handler,
  });
  document.security = [{ [schemeName]: [] }];
  toOpenApi31(document);
  addProblems(document, completeOperations(document));
  const { Allow: _ofNoOperation, ...ofOperations } = headers;
  Object.assign(document.components!, { headers: ofOperations });
  const { openapi, info, servers, security, tags: groups, paths, ...rest } = document;
  return { openapi, info, servers, security, tags: groups, paths, ...rest };
}
