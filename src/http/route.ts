import type { Request } from 'express';

interface Route {
  readonly path: string;
  readonly methods: Readonly<Record<string, boolean>>;
}
interface RouterLayer {
  readonly route?: Route;
  /** @throws where a parameter is not valid percent-encoded UTF-8 */
  match(path: string): unknown;
}

/** The methods the router has for a request's path, asked of the router itself; none for an unknown path. */
export function allowedMethods(request: Request): string[] {
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
export function routeOf(request: Request): string {
  if (request.route) return (request.route as Route).path;
  // It was refused before it was routed, or asks what can't be done there.
  const routes = routesAt(request);
  const meant = routes.find(({ methods }) => methods[request.method.toLowerCase()]) ?? routes[0];
  return meant?.path ?? 'unmatched';
}

function routesAt(request: Request): Route[] {
  const { stack } = request.app.router as unknown as { stack: RouterLayer[] };
  return stack.filter((layer) => layer.route && matches(layer, request.path)).map((layer) => layer.route!);
}

function matches(layer: RouterLayer, path: string): boolean {
  try {
    return Boolean(layer.match(path));
  } catch {
    // Parameters are decoded where the pattern matches. These can't be.
    return true;
  }
}
