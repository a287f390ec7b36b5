import { isDerived } from './derived-members.js';
import { type Field, fieldsOf } from './dto-reader.js';
import { InputErrors } from '../problems/input-errors.js';
import { readOnlyValuesOf } from './read-only-values.js';

/**
 * The values that a request gives for members that only the service sets. They are accepted where the document has them,
 * before the request is carried out or after: then they are part of a document that was read. All others would be an
 * order that is answered with success and was not carried out.
 */
export class ReadOnlyMembers {
  private before: object | undefined;

  private constructor(private readonly body: object) {}

  /** Returns undefined where the body of a request has no such members. */
  static of(body: unknown): ReadOnlyMembers | undefined {
    return hasReadOnlyValues(body) ? new ReadOnlyMembers(body as object) : undefined;
  }

  /** Whether it has a document that the answer is expanded by only on request. */
  get includeExpansion(): boolean {
    return Object.entries(readOnlyValuesOf(this.body)).some(
      ([name, given]) => given !== null && fieldOf(this.body, name).origin === 'expanded',
    );
  }

  /** @param document the thing as it was; not called where it is created */
  recordBefore(document: object): void {
    this.before = document;
  }

  /**
   * @param document the thing as it is now
   * @throws HttpProblem 422
   */
  assertMatches(document: object): void {
    const isCreated = this.before === undefined;
    const documents = isCreated ? [document] : [this.before!, document];
    InputErrors.collect('body', (errors) => compare(this.body, documents, isCreated, errors));
  }

  /** The values of a request that are not always ignored, each with its place. */
  static valuesOf(body: unknown): readonly unknown[] {
    return valuesIn(body);
  }
}

/** @param shown documents, one of which has to have the value that the body gives for a member */
function compare(body: object, shown: readonly object[], isCreated: boolean, errors: InputErrors): void {
  for (const [name, given] of Object.entries(readOnlyValuesOf(body))) {
    const { origin, nullable } = fieldOf(body, name);
    if ((isCreated && origin === 'assigned') || (given === null && !nullable)) continue;
    if (shown.some((document) => memberMatches(document, name, given))) continue;
    errors.enter(name);
    errors.add('read_only', "can't be set here, and is something else: leave it out, or send it as it is");
    errors.leave();
  }
  for (const [name, list] of Object.entries(body)) {
    if (!Array.isArray(list)) continue;
    const items = membersOf(shown, name).flat().filter(isObject);
    errors.enter(name);
    for (const [index, item] of (list as unknown[]).entries()) {
      if (!isObject(item)) continue;
      const { id } = item as { id?: unknown };
      const isNamed = id !== undefined && !isCreated;
      errors.enter(index);
      compare(item, isNamed ? items.filter((each) => (each as { id?: unknown }).id === id) : items, isCreated, errors);
      errors.leave();
    }
    errors.leave();
  }
}

/** Whether a value of a request has nothing that the value of the document lacks or has otherwise. */
function matches(given: unknown, shown: unknown): boolean {
  if (given === shown) return true;
  if (typeof given === 'string' && typeof shown === 'string') {
    return isInstant.test(shown) && Date.parse(given) === Date.parse(shown);
  }
  if (Array.isArray(given) && Array.isArray(shown)) {
    return given.length === shown.length && given.every((item, index) => matches(item, shown[index]));
  }
  if (!isObject(given) || !isObject(shown) || Array.isArray(given)) return false;
  return Object.entries(given).every(
    ([name, value]) => Object.hasOwn(shown, name) && memberMatches(shown, name, value),
  );
}

/** A single value that is derived may have changed since it was read, or change at any moment. */
function memberMatches(document: object, name: string, given: unknown): boolean {
  const shown = (document as Record<string, unknown>)[name];
  return (isDerived(name) && !isObject(shown) && shown !== undefined) || matches(given, shown);
}

/** As the service writes them. Clients may write them otherwise. */
const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const fieldOf = (dto: object, name: string): Partial<Field> => fieldsOf(dto).get(name) ?? {};

const membersOf = (documents: readonly object[], name: string): unknown[] =>
  documents.map((document) => (document as Record<string, unknown>)[name]);

function hasReadOnlyValues(body: unknown): boolean {
  if (!isObject(body)) return false;
  return Object.keys(readOnlyValuesOf(body)).length > 0 || Object.values(body).some(hasReadOnlyValues);
}

function valuesIn(body: unknown, path = ''): unknown[] {
  if (!isObject(body)) return [];
  const given = Object.entries(readOnlyValuesOf(body)).filter(
    ([name, value]) =>
      value !== null && fieldOf(body, name).origin !== 'assigned' && (isObject(value) || !isDerived(name)),
  );
  return [
    ...given.map(([name, value]) => [`${path}/${name}`, value]),
    ...Object.entries(body).flatMap(([name, value]) => valuesIn(value, `${path}/${name}`)),
  ];
}
