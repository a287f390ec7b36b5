import type { Request } from 'express';
import type { Precondition } from '../kernel/precondition.js';
import { entityTag, hasTag, ofDocuments } from './entity-tag.js';
import { HttpProblem } from './http-problem.js';

/** How a request wants a resource to be before anything is done to it: its If-Match and If-None-Match (RFC 9110, 13). */
export class Preconditions {
  private readonly ifMatch?: string;
  private readonly ifNoneMatch?: string;

  constructor({ headers }: Request) {
    ({ 'if-match': this.ifMatch, 'if-none-match': this.ifNoneMatch } = headers);
  }

  /** What a service is to ask of the thing it is about to change; nothing where the request wants nothing of it. */
  on<Thing>(represent: (thing: Thing) => object): Precondition<Thing> | undefined {
    if (this.ifMatch === undefined && this.ifNoneMatch === undefined) return undefined;
    return (thing) => {
      const document = represent(thing);
      const tag = entityTag(document, JSON.stringify(document));
      if (this.ifMatch !== undefined && !hasTag(ofDocuments(this.ifMatch), tag, 'strong')) throw failed();
      if (this.ifNoneMatch !== undefined && hasTag(ofDocuments(this.ifNoneMatch), tag, 'weak')) throw failed();
    };
  }

  /**
   * Whether whoever asks has the answer with this tag yet, by their If-None-Match.
   * @throws HttpProblem where their If-Match asks for another answer
   */
  haveAnswer(tag: string): boolean {
    if (this.ifMatch !== undefined && !hasTag(this.ifMatch, tag, 'strong')) throw failed();
    return this.ifNoneMatch !== undefined && hasTag(this.ifNoneMatch, tag, 'weak');
  }
}

function failed(): HttpProblem {
  return new HttpProblem('precondition-failed', 'It is no longer as it was when it was read. Nothing was changed.');
}
