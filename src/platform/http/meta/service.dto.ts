import { ApiProperty, ApiSchema, type ApiSchemaOptions } from '@nestjs/swagger';

const text = { type: String, minLength: 1, maxLength: 100 };

/** Where to go on from here. */
export class ServiceDto {
  @ApiProperty({ ...text, description: 'What this is.', example: 'Movie rental' })
  message: string;

  @ApiProperty({ ...text, description: 'The version that runs.', example: '1.0.0' })
  version: string;

  @ApiProperty({ ...text, description: 'Where people read about it.', format: 'uri-reference', example: '/docs' })
  docs: string;

  @ApiProperty({ ...text, description: 'Where programs do.', format: 'uri-reference', example: '/openapi.json' })
  openapi: string;
}

export class VersionDto {
  @ApiProperty({ ...text, description: 'The version that runs.', example: '1.0.0' })
  version: string;
}

export class HealthDto {
  @ApiProperty({
    type: String,
    enum: ['healthy'],
    enumName: 'Health',
    description: 'That all is well.',
    example: 'healthy',
  })
  status: 'healthy';
}

/** Members beside those that are named: what they mean is said by the OpenAPI specification. */
const open = { additionalProperties: true } as ApiSchemaOptions;

@ApiSchema(open)
class OpenApiInfoDto {
  @ApiProperty({ ...text, description: 'The name of the service.', example: 'Movie rental' })
  title: string;

  @ApiProperty({ ...text, description: 'The version that is described.', example: '1.0.0' })
  version: string;
}

@ApiSchema(open)
export class OpenApiDto {
  @ApiProperty({ ...text, description: 'The version of OpenAPI it is in.', example: '3.1.0' })
  openapi: string;

  @ApiProperty({ description: 'What is described.', type: () => OpenApiInfoDto })
  info: OpenApiInfoDto;

  @ApiProperty({ description: 'The operations, by path.', type: 'object', additionalProperties: true, example: {} })
  paths: Record<string, object>;
}
