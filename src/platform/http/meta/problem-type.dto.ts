import { ApiProperty, ApiSchema } from '@nestjs/swagger';

const text = { type: String, minLength: 1, maxLength: 5000 };

/** A type of problem. */
@ApiSchema({ name: 'ProblemType' })
export class ProblemTypeDto {
  @ApiProperty({
    ...text,
    format: 'uri-reference',
    description: 'The `type` of these problem documents, and the URL of their page.',
    example: '/problems/copy-already-rented',
  })
  type!: string;

  @ApiProperty({
    ...text,
    description: 'Title, the same for every problem of this type.',
    example: 'Copy already rented',
  })
  title!: string;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    minimum: 400,
    maximum: 599,
    description: 'HTTP status.',
    example: 409,
  })
  status!: number;

  @ApiProperty({ ...text, description: 'What happened, in Markdown.', example: 'Requested copies are out.' })
  what_happened!: string;

  @ApiProperty({
    ...text,
    description: 'What to do, in Markdown.',
    example: '- Remove these lines, or name the movie instead of the copy.',
  })
  what_to_do!: string;
}
