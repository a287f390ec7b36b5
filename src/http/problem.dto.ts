import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class ProblemFaultDto {
  @ApiPropertyOptional({ description: 'Where in the body, as a JSON pointer.', example: '#/details/0/movie_copy_id' })
  pointer?: string;

  @ApiPropertyOptional({ description: 'Which parameter of the path, the query or the headers.', example: 'limit' })
  parameter?: string;

  @ApiPropertyOptional({ description: 'The rule that refused it.', example: 'copy_rented' })
  code?: string;

  @ApiProperty({ description: 'What is wrong.', example: 'Copy 42 is out.' })
  detail: string;
}

/** RFC 9457. */
export class ProblemDto {
  @ApiProperty({ description: 'What kind of problem it is.', example: '/problems/not-found', format: 'uri-reference' })
  type: string;

  @ApiProperty({ description: 'The same for every problem of the type.', example: 'Not found' })
  title: string;

  @ApiProperty({ description: 'The HTTP status.', type: 'integer', minimum: 400, maximum: 599, example: 404 })
  status: number;

  @ApiProperty({ description: 'This case, in plain words.', example: 'Movie not found' })
  detail: string;

  @ApiProperty({ description: 'The path that was asked for.', example: '/movies/4711', format: 'uri-reference' })
  instance: string;

  @ApiProperty({
    description: "Names the request in the service's log.",
    example: 'b2f7c1de-8d4e-4f7a-9a35-6c1f4f3f8a10',
  })
  request_id: string;

  @ApiPropertyOptional({ description: 'Every fault of the request.', type: () => [ProblemFaultDto] })
  errors?: ProblemFaultDto[];
}
