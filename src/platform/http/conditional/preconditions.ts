import type { Request } from 'express';
import type { Precondition } from '../../../kernel/command.js';
import { areEntityTags, entityTag, hasTag } from './entity-tag.js';
import { HttpProblem, invalidInput } from '../problems/http-problem.js';

/** The conditional request headers If-Match and If-None-Match (RFC 9110 §13). */
export class Preconditions {
  private readonly ifMatch?: string;
  private readonly ifNoneMatch?: string;

  /** @throws HttpProblem 422 if a header is neither `*` nor a list of entity tags */
  constructor({ headers }: Request) {
    this.ifMatch = tagsOf('If-Match', headers['if-match']);
    this.ifNoneMatch = tagsOf('If-None-Match', headers['if-none-match']);
  }

  /** Returns the check that a service runs before it changes the entity, or undefined without a condition. */
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
   * Whether If-None-Match matches the current ETag (304).
   * @throws HttpProblem 412 if If-Match does not match it
   */
  isNotModified(tag: string): boolean {
    if (this.ifMatch !== undefined && !hasTag(this.ifMatch, tag, 'all')) throw failed();
    return this.ifNoneMatch !== undefined && hasTag(this.ifNoneMatch, tag, 'all');
  }
}

function tagsOf(header: string, value: string | undefined): string | undefined {
  if (value === undefined || areEntityTags(value)) return value;
  const detail = `${header} is not an entity tag. Send the ETag of a response unchanged, including the quotes, or *.`;
  throw invalidInput([{ parameter: header, code: 'format', detail }]);
}

function failed(): HttpProblem {
  return new HttpProblem('precondition-failed', 'The resource has changed since it was read. Nothing was changed.');
}
