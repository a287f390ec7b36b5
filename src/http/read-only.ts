import { isDerived } from './derived-members.js';
import { type Field, fieldsOf } from './dto-reader.js';
import { InputErrors } from './input-errors.js';
import { readOnlyValuesOf } from './read-only-values.js';

/**
 * What a request says of members that only the service sets. It is accepted where it is so, before the request is
 * carried out or after: then it is part of a document that was read. Elsewhere it would be an order that the answer says
 * was carried out, and that was not.
 */
export class ReadOnlyMembers {
  private before: object | undefined;

  private constructor(private readonly body: object) {}

  /** Returns undefined where the body of a request says nothing of such members. */
  static of(body: unknown): ReadOnlyMembers | undefined {
    return saysAnything(body) ? new ReadOnlyMembers(body as object) : undefined;
  }

  /** Whether it says anything of a document that the answer is only expanded by on request. */
  get includeExpansion(): boolean {
    return Object.entries(readOnlyValuesOf(this.body)).some(
      ([name, said]) => said !== null && fieldOf(this.body, name).origin === 'expanded',
    );
  }

  /** @param document the thing as it was; not called where it is created */
  compareLater(document: object): void {
    this.before = document;
  }

  /**
   * @param document the thing as it is now
   * @throws HttpProblem 422
   */
  assertSoIn(document: object): void {
    const isCreated = this.before === undefined;
    const documents = isCreated ? [document] : [this.before!, document];
    InputErrors.collect('body', (errors) => compare(this.body, documents, isCreated, errors));
  }

  /** What a request says that is not ignored in any case, each value with its place. */
  static valuesOf(body: unknown): readonly unknown[] {
    return valuesIn(body);
  }
}

/** @param shown documents one of which has to show what the body says of a member */
function compare(body: object, shown: readonly object[], isCreated: boolean, errors: InputErrors): void {
  for (const [name, said] of Object.entries(readOnlyValuesOf(body))) {
    const { origin, nullable } = fieldOf(body, name);
    if ((isCreated && origin === 'assigned') || (said === null && !nullable)) continue;
    if (shown.some((document) => isSoIn(document, name, said))) continue;
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

/** Whether `said` is what is shown, as far as it goes. */
function isSo(said: unknown, shown: unknown): boolean {
  if (said === shown) return true;
  if (typeof said === 'string' && typeof shown === 'string') {
    return isInstant.test(shown) && Date.parse(said) === Date.parse(shown);
  }
  if (Array.isArray(said) && Array.isArray(shown)) {
    return said.length === shown.length && said.every((item, index) => isSo(item, shown[index]));
  }
  if (!isObject(said) || !isObject(shown) || Array.isArray(said)) return false;
  return Object.entries(said).every(([name, value]) => Object.hasOwn(shown, name) && isSoIn(shown, name, value));
}

/** A single value that is derived may have changed since it was read, or change at any moment. */
function isSoIn(document: object, name: string, said: unknown): boolean {
  const shown = (document as Record<string, unknown>)[name];
  return (isDerived(name) && !isObject(shown) && shown !== undefined) || isSo(said, shown);
}

/** As the service writes them. Clients may write them otherwise. */
const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const fieldOf = (dto: object, name: string): Partial<Field> => fieldsOf(dto).get(name) ?? {};

const membersOf = (documents: readonly object[], name: string): unknown[] =>
  documents.map((document) => (document as Record<string, unknown>)[name]);

function saysAnything(body: unknown): boolean {
  if (!isObject(body)) return false;
  return Object.keys(readOnlyValuesOf(body)).length > 0 || Object.values(body).some(saysAnything);
}

function valuesIn(body: unknown, path = ''): unknown[] {
  if (!isObject(body)) return [];
  const said = Object.entries(readOnlyValuesOf(body)).filter(
    ([name, value]) =>
      value !== null && fieldOf(body, name).origin !== 'assigned' && (isObject(value) || !isDerived(name)),
  );
  return [
    ...said.map(([name, value]) => [`${path}/${name}`, value]),
    ...Object.entries(body).flatMap(([name, value]) => valuesIn(value, `${path}/${name}`)),
  ];
}
