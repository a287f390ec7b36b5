import { ApiProperty } from '@nestjs/swagger';

const text = { type: String, minLength: 1, maxLength: 5000 };

/** What is said of a type of problem. */
export class ProblemTypeDto {
  @ApiProperty({
    ...text,
    format: 'uri-reference',
    description: 'The `type` of such a problem, and its page.',
    example: '/problems/copy-already-rented',
  })
  type: string;

  @ApiProperty({ ...text, description: 'The same for every problem of the type.', example: 'Copy already rented' })
  title: string;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    minimum: 400,
    maximum: 599,
    description: 'The HTTP status.',
    example: 409,
  })
  status: number;

  @ApiProperty({ ...text, description: 'What happened, in Markdown.', example: 'Copies that were to be lent are out.' })
  what_happened: string;

  @ApiProperty({
    ...text,
    description: 'What to do, in Markdown.',
    example: '- Nothing was lent, not even the other lines.',
  })
  what_to_do: string;
}
