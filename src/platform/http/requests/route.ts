import type { ArrivedRequest } from './request-target.js';

interface Route {
  readonly path: string;
  readonly methods: Readonly<Record<string, boolean>>;
}
/** @private-api of express: Router.stack and Layer.match() */
interface RouterLayer {
  readonly route?: Route;
  /** @throws if a parameter is not valid percent-encoded UTF-8 */
  match(path: string): unknown;
}

/** The methods of all resources, for the Allow header of `OPTIONS *` and of CONNECT. */
export const anyMethod = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';

/** Returns the methods that the router has for a request's path; none for an unknown path. */
export function allowedMethods(request: ArrivedRequest): string[] {
  const methods = routesAt(request)
    .flatMap((route) => Object.keys(route.methods))
    .map((method) => method.toUpperCase());
  if (methods.length === 0) return [];
  if (methods.includes('GET')) methods.push('HEAD');
  return [...new Set([...methods, 'OPTIONS'])].sort();
}

/**
 * Returns the route pattern of a request, such as /movies/:id, without parameter values; `unmatched` for an unknown
 * path.
 */
export function routeOf(request: ArrivedRequest): string {
  if (request.route) return (request.route as Route).path;
  // The request was rejected before routing, or its method is not supported.
  const routes = routesAt(request);
  const meant = routes.find(({ methods }) => methods[request.method.toLowerCase()]) ?? routes[0];
  return meant?.path ?? 'unmatched';
}

function routesAt({ app, target }: ArrivedRequest): Route[] {
  if (target === undefined) return [];
  const { stack } = app.router as unknown as { stack: RouterLayer[] };
  return stack.filter((layer) => layer.route && matches(layer, target.path)).map((layer) => layer.route!);
}

function matches(layer: RouterLayer, path: string): boolean {
  try {
    return Boolean(layer.match(path));
  } catch {
    // The pattern matches, but its parameters cannot be decoded.
    return true;
  }
}
