import type { ArrivedRequest } from './request-target.js';

interface Route {
  readonly path: string;
  readonly methods: Readonly<Record<string, boolean>>;
}
interface RouterLayer {
  readonly route?: Route;
  /** @throws where a parameter is not valid percent-encoded UTF-8 */
  match(path: string): unknown;
}

/** The methods of all resources together: the answer to `OPTIONS *`, and to CONNECT, which is for no resource. */
export const anyMethod = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';

/** The methods the router has for a request's path, asked of the router itself; none for an unknown path. */
export function allowedMethods(request: ArrivedRequest): string[] {
  const methods = routesAt(request)
    .flatMap((route) => Object.keys(route.methods))
    .map((method) => method.toUpperCase());
  if (methods.length === 0) return [];
  if (methods.includes('GET')) methods.push('HEAD');
  return [...new Set([...methods, 'OPTIONS'])].sort();
}

/**
 * The pattern of a request's path, such as /movies/:id: what people put into paths is not in it. `unmatched` for what
 * the router doesn't know.
 */
export function routeOf(request: ArrivedRequest): string {
  if (request.route) return (request.route as Route).path;
  // It was refused before it was routed, or asks what can't be done there.
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
    // Parameters are decoded where the pattern matches. These can't be.
    return true;
  }
}
