import { ApiProperty, ApiSchema, type ApiSchemaOptions } from '@nestjs/swagger';

const text = { type: String, minLength: 1, maxLength: 100 };

/** The service and its entry points. */
@ApiSchema({ name: 'Service' })
export class ServiceDto {
  @ApiProperty({ ...text, description: 'Name of the service.', example: 'Movie rental' })
  message!: string;

  @ApiProperty({ ...text, description: 'Version of the running service.', example: '1.0.0' })
  version!: string;

  @ApiProperty({ ...text, description: 'Path of the documentation.', format: 'uri-reference', example: '/docs' })
  docs!: string;

  @ApiProperty({
    ...text,
    description: 'Path of the OpenAPI document.',
    format: 'uri-reference',
    example: '/openapi.json',
  })
  openapi!: string;
}

@ApiSchema({ name: 'Version' })
export class VersionDto {
  @ApiProperty({ ...text, description: 'Version of the running service.', example: '1.0.0' })
  version!: string;
}

@ApiSchema({ name: 'Health' })
export class HealthDto {
  @ApiProperty({
    type: String,
    enum: ['healthy'],
    enumName: 'Health',
    description: 'Always `healthy`; failures are problem documents.',
    example: 'healthy',
  })
  status!: 'healthy';
}

/** Further members are defined by the OpenAPI specification. */
const open = { additionalProperties: true } as ApiSchemaOptions;

@ApiSchema({ ...open, name: 'OpenApiInfo' })
class OpenApiInfoDto {
  @ApiProperty({ ...text, description: 'Name of the service.', example: 'Movie rental' })
  title!: string;

  @ApiProperty({ ...text, description: 'Version of the described service.', example: '1.0.0' })
  version!: string;
}

@ApiSchema({ ...open, name: 'OpenApi' })
export class OpenApiDto {
  @ApiProperty({ ...text, description: 'Version of the OpenAPI specification.', example: '3.1.0' })
  openapi!: string;

  @ApiProperty({ description: 'Metadata of the API.', type: () => OpenApiInfoDto })
  info!: OpenApiInfoDto;

  @ApiProperty({ description: 'The operations, by path.', type: 'object', additionalProperties: true, example: {} })
  paths!: Record<string, object>;
}
