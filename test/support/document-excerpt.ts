/** An OpenAPI document, as far as it is read here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: Components;
}

type Components = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Returns a document with one operation, the shared responses, and the components that these refer to. */
export function excerptOf(document: ApiDocument, { path, method }: { path: string; method: string }): ApiDocument {
  const paths = { [path]: { [method]: document.paths[path]![method]! } };
  const excerpt = { ...document, paths, components: { responses: document.components['responses']! } };
  return { ...excerpt, components: { ...componentsOf(excerpt, document.components), ...excerpt.components } };
}

/** Returns the components that a value refers to, directly or through other components. */
function componentsOf(value: unknown, all: Components): Components {
  const found: Record<string, Record<string, unknown>> = {};
  const include = (part: unknown): void => {
    for (const [, kind, name] of JSON.stringify(part).matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)) {
      const ofKind = (found[kind!] ??= {});
      if (name! in ofKind) continue;
      ofKind[name!] = all[kind!]![name!];
      include(ofKind[name!]);
    }
  };
  include(value);
  return found;
}
