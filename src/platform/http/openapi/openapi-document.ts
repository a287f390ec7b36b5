import type { StaticDocument } from '../docs/static-document.js';

/** Holds the OpenAPI document; `content` is set at startup. */
export class OpenApiDocument {
  content!: StaticDocument;
}
