import { ApiProperty } from '@nestjs/swagger';
import type { Refusal } from '../../../kernel/domain-error.js';
import { maxReportedErrors } from '../problems/http-problem.js';
import { problemErrorOf } from '../problems/problem-details.js';

/** Refusals in a successful response, in the form that they have in the `errors` of a problem. */
export const RefusalsField = ({ description }: { readonly description: string }): PropertyDecorator =>
  ApiProperty({
    description,
    type: 'array',
    items: { $ref: '#/components/schemas/ProblemFault' },
    minItems: 0,
    maxItems: maxReportedErrors,
    example: [],
  });

export const refusalDocuments = (refusals: readonly Refusal[]): object[] =>
  refusals.slice(0, maxReportedErrors).map(problemErrorOf);
