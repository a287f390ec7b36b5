import { isDerived } from './derived-members.js';
import { type Field, fieldsOf } from './dto-reader.js';
import { InputErrors } from '../problems/input-errors.js';
import { readOnlyValuesOf } from './read-only-values.js';

/**
 * Checks the read-only members of a request. A value is accepted if it equals the resource's value before or after the
 * request, as in a document that the client has read. Any other value would be a change that is answered with success
 * but not made.
 */
export class ReadOnlyMembers {
  private before: object | undefined;

  private constructor(private readonly body: object) {}

  /** Returns undefined if the body has no read-only members. */
  static of(body: unknown): ReadOnlyMembers | undefined {
    return hasReadOnlyValues(body) ? new ReadOnlyMembers(body as object) : undefined;
  }

  /** The names of the expansions that the body contains. */
  get expansions(): string[] {
    return Object.entries(readOnlyValuesOf(this.body))
      .filter(([name, given]) => given !== null && fieldOf(this.body, name).origin === 'expanded')
      .map(([name]) => name);
  }

  /** @param document the resource before the change; not called on creation */
  recordBefore(document: object): void {
    this.before = document;
  }

  /**
   * @param document the resource after the change
   * @throws HttpProblem 422
   */
  assertMatches(document: object): void {
    const isCreated = this.before === undefined;
    const documents = isCreated ? [document] : [this.before!, document];
    InputErrors.collect('body', (errors) => compare(this.body, documents, isCreated, errors));
  }

  /** Returns the values of a request that are compared, with their JSON pointers. */
  static valuesOf(body: unknown): readonly unknown[] {
    return valuesIn(body);
  }
}

/** @param shown documents, one of which must have the value of the body */
function compare(body: object, shown: readonly object[], isCreated: boolean, errors: InputErrors): void {
  for (const [name, given] of Object.entries(readOnlyValuesOf(body))) {
    const { origin, nullable } = fieldOf(body, name);
    if ((isCreated && origin === 'assigned') || (given === null && !nullable)) continue;
    if (shown.some((document) => memberMatches(document, name, given))) continue;
    errors.enter(name);
    errors.add('read_only', 'is read-only and has another value: leave it out, or send its current value');
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

/** Whether a value of a request is contained in the value of the document. */
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

/** Derived scalar values are not compared: they may change at any moment. */
function memberMatches(document: object, name: string, given: unknown): boolean {
  const shown = (document as Record<string, unknown>)[name];
  return (isDerived(name) && !isObject(shown) && shown !== undefined) || matches(given, shown);
}

/** The service's format of instants. Clients may use other formats. */
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
