import type { DocumentBuilder } from '@nestjs/swagger';
import type { Authorization } from './operation.decorator.js';

type SecurityScheme = Parameters<DocumentBuilder['addSecurity']>[1];

/** The name of the security scheme. */
export const schemeName = 'bearer';

export const securityScheme: SecurityScheme = {
  type: 'http',
  scheme: 'bearer',
  description:
    'An API key of a program or a desk (`npm run keys`), or a JSON Web Token of a person. The scopes of an operation ' +
    'are in its `security`; `self` is the scope of customers, who see and change only their own data.',
};

/** Returns the security requirements: alternatives, each of which is a list of scopes that are needed together. */
export function securityOf({ access, allowsCustomers }: Authorization): Record<string, string[]>[] {
  if (access === 'public') return [];
  // Whether they need a credential is a setting of the service.
  if (access === 'documentation' || access === 'metrics') return [{}, { [schemeName]: [] }];
  const general = { [schemeName]: [access].flat() as string[] };
  return allowsCustomers ? [general, { [schemeName]: ['self'] }] : [general];
}
