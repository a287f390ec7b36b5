import type { OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI document of the service, once it is described. */
export class OpenApiDocument {
  content: OpenAPIObject;
}
