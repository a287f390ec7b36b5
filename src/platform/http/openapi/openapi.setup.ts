import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { OpenApiDocument } from './openapi-document.js';
import { headers } from './headers.js';
import { completeOperations } from './operations.js';
import { addProblems, describeGeneralProblems } from './common-problems.js';
import { toOpenApi31, withPlainNames } from './schemas.js';
import { isProblemUri } from '../problems/problem-details.js';
import { StaticDocument } from '../docs/static-document.js';

/** What people do here, each with its operations. Alphabetical, as linters of the document want it. */
const tags = {
  Clients: 'Sign up who may rent, find them, and see what they rented.',
  Genres: 'Keep what the titles are sorted into.',
  Lending: 'Lend copies to clients, take them back, and put right what was entered wrongly.',
  Movies: 'Keep the catalogue: the titles, and how many copies of each there are.',
  Service: 'See whether the service is well, and what it says of itself.',
  Stock: 'Keep track of the discs and tapes themselves, by their barcodes.',
};

/** Describes the service as its code is, under /openapi.json. */
export function useOpenApi(app: INestApplication, version: string, publicUrl: string): void {
  const document = describeApi(app, version);
  document.servers![0]!.url = publicUrl || '/';
  const text = JSON.stringify(document, (_name, value: unknown) => (isProblemUri(value) ? publicUrl + value : value));
  app.get(OpenApiDocument).content = new StaticDocument({
    type: 'application/json; charset=utf-8',
    load: () => text,
  });
}

export function describeApi(app: INestApplication, version: string): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Movie rental')
    .setDescription(
      'Keeps the truth of a shop that lends movies: titles and their physical copies, genres, clients and rentals. ' +
        'Renting, and adding a movie with its copies, happen whole or not at all; one copy is never in two hands.\n\n' +
        'Errors are problem documents (RFC 9457). Their `type` is a page that says what happened and what to do; ' +
        '`/problems` lists all of them. Beside the problems of its own, an operation can end in these:\n\n' +
        `${describeGeneralProblems()}\n\n` +
        'Lists are arrays, and `Link` leads to the other pages. Clients that see no headers read on with `after`, ' +
        'the id of the last row they have, until a page has no rows.\n\n' +
        'Every answer has `X-Request-Id`, which names the request in the log. What is read has an `ETag`: ' +
        '`If-None-Match` saves reading it again, and `If-Match` keeps a change from overwriting another. With an ' +
        '`Idempotency-Key`, a POST can be retried.\n\n' +
        'Text is trimmed and composed (NFC), and its length is counted in code points. Titles, names and codes have no ' +
        'control or format characters, but for joiners where a word or an emoji needs them; descriptions and addresses ' +
        'may have line breaks, tabs and format characters.',
    )
    .setVersion(version)
    .setContact("The shop's desk", 'https://shop.example/contact', 'desk@shop.example')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'Where this document was found');
  for (const [name, description] of Object.entries(tags)) builder.addTag(name, description);
  const document = withPlainNames(
    SwaggerModule.createDocument(app, builder.build(), { operationIdFactory: (_controller, handler) => handler }),
  );
  // Nobody has to say who they are.
  document.security = [];
  toOpenApi31(document);
  addProblems(document, completeOperations(document));
  const { Allow: _ofNoOperation, ...ofOperations } = headers;
  Object.assign(document.components!, { headers: ofOperations });
  const { openapi, info, servers, security, tags: groups, paths, ...rest } = document;
  return { openapi, info, servers, security, tags: groups, paths, ...rest };
}
