import type { StaticDocument } from './static-document.js';

/** The OpenAPI document of the service, once it is described. */
export class OpenApiDocument {
  content: StaticDocument;
}
