import { invalidInput, type InputErrorCode, maxReportedErrors, type ProblemError } from './http-problem.js';
import { jsonPointer } from './naming.js';

/** The validated part of a request. Errors in a body are located by JSON pointers, in a query by parameter names. */
type Source = 'body' | 'query';

/** Thrown by `InputErrors.add()` to end validation: errors beyond the limit are neither reported nor produced. */
class TooManyErrors extends Error {}

/** Collects the errors of one body or query during validation, and tracks the current path. */
export class InputErrors {
  private readonly found: ProblemError[] = [];
  private readonly path: (string | number)[] = [];

  private constructor(readonly source: Source) {}

  /** @throws HttpProblem 422 with every error that `validate` has added, up to the limit */
  static collect<Result>(source: Source, validate: (errors: InputErrors) => Result): Result {
    const errors = new InputErrors(source);
    let hasMore = false;
    let result: Result | undefined;
    try {
      result = validate(errors);
    } catch (error) {
      if (!(error instanceof TooManyErrors)) throw error;
      hasMore = true;
    }
    if (errors.found.length > 0) throw invalidInput(errors.found, hasMore);
    return result as Result;
  }

  get isEmpty(): boolean {
    return this.found.length === 0;
  }

  enter(step: string | number): void {
    this.path.push(step);
  }

  leave(): void {
    this.path.pop();
  }

  /** Adds an error at the current path. `complaint` continues a sentence that begins with the name of the member. */
  add(code: InputErrorCode, complaint: string): undefined {
    if (this.found.length === maxReportedErrors) throw new TooManyErrors();
    const path = this.path.map(shortened);
    const last = path.at(-1) ?? 'The body';
    const place = this.source === 'body' ? { pointer: jsonPointer(path) } : { parameter: String(last) };
    this.found.push({ ...place, code, detail: `${typeof last === 'number' ? 'Each item' : last} ${complaint}.` });
    return undefined;
  }
}

/** Longer than any known name; unknown names of clients are truncated in problem documents. */
const maxNameLength = 64;

const shortened = <Step extends string | number>(step: Step): Step | string =>
  typeof step === 'string' && step.length > maxNameLength ? `${step.slice(0, maxNameLength)}…`.toWellFormed() : step;
