import type { Request } from 'express';
import type { Precondition } from '../../../kernel/precondition.js';
import { areEntityTags, entityTag, hasTag } from './entity-tag.js';
import { HttpProblem, invalidInput } from '../problems/http-problem.js';

/** The conditions of a request: its If-Match and If-None-Match (RFC 9110 §13). */
export class Preconditions {
  private readonly ifMatch?: string;
  private readonly ifNoneMatch?: string;

  /** @throws HttpProblem 422 where a condition is neither `*` nor a list of entity tags */
  constructor({ headers }: Request) {
    this.ifMatch = tagsOf('If-Match', headers['if-match']);
    this.ifNoneMatch = tagsOf('If-None-Match', headers['if-none-match']);
  }

  /** What a service is to ask of the thing it is about to change; nothing where the request has no condition. */
  on<Thing>(represent: (thing: Thing) => object): Precondition<Thing> | undefined {
    if (this.ifMatch === undefined && this.ifNoneMatch === undefined) return undefined;
    return (thing) => {
      const document = represent(thing);
      const tag = entityTag(document, JSON.stringify(document));
      if (this.ifMatch !== undefined && !hasTag(this.ifMatch, tag, 'editable')) throw failed();
      if (this.ifNoneMatch !== undefined && hasTag(this.ifNoneMatch, tag, 'editable')) throw failed();
    };
  }

  /**
   * Whether the client has the answer with this tag, by its If-None-Match.
   * @throws HttpProblem where its If-Match asks for another answer
   */
  isNotModified(tag: string): boolean {
    if (this.ifMatch !== undefined && !hasTag(this.ifMatch, tag, 'all')) throw failed();
    return this.ifNoneMatch !== undefined && hasTag(this.ifNoneMatch, tag, 'all');
  }
}

function tagsOf(header: string, value: string | undefined): string | undefined {
  if (value === undefined || areEntityTags(value)) return value;
  const detail = `${header} is not an entity tag. Send the ETag of an answer as it is, quotes included, or *.`;
  throw invalidInput([{ parameter: header, code: 'format', detail }]);
}

function failed(): HttpProblem {
  return new HttpProblem('precondition-failed', 'It is no longer as it was when it was read. Nothing was changed.');
}
