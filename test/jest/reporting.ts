/** The members of Jest's tests that the reporters use. */
export interface TestFile {
  readonly path: string;
  readonly context: { readonly config: { readonly displayName?: { readonly name: string } } };
}

/** A test file in the project it runs in, such as "sqlite …/test/e2e/genres.spec.js". */
export const nameOf = ({ path, context }: TestFile): string => `${context.config.displayName?.name} ${path}`;
