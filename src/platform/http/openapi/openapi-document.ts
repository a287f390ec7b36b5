import type { StaticDocument } from '../docs/static-document.js';

/** The OpenAPI document of the service, once it is described. */
export class OpenApiDocument {
  content: StaticDocument;
}
