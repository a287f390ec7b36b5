import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/servers/free-port.js';
import { openShop, type RunningShop } from '../support/app.js';
import { clerk } from '../support/shop.js';
import { describeIf } from '../support/skipping.js';
import { until } from '../support/until.js';

interface Proxy {
  readonly name: string;
  readonly program: string;
  readonly parameters: (config: string) => string[];
  /** Returns a configuration that forwards /rental to the service, and compresses responses that are not compressed. */
  readonly config: (folder: string, port: number, service: string) => string;
}

const modules = '/usr/lib/apache2/modules';
const proxies: readonly Proxy[] = [
  {
    name: 'nginx',
    program: '/usr/sbin/nginx',
    parameters: (config) => ['-c', config, '-e', 'stderr'],
    config: (folder, port, service) => `
      daemon off; pid ${folder}/pid; error_log ${folder}/error_log; events {}
      http {
        access_log off;
        client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
        gzip on; gzip_types application/json; gzip_min_length 20; gzip_proxied any;
        server {
          listen 127.0.0.1:${port};
          location /rental/ { proxy_pass ${service}/; proxy_http_version 1.1; }
        }
      }`,
  },
  {
    name: 'Apache',
    program: '/usr/sbin/apache2',
    parameters: (config) => ['-f', config, '-DFOREGROUND'],
    config: (folder, port, service) => `
      ServerRoot ${folder}
      ServerName localhost
      User nobody
      Group nogroup
      Listen 127.0.0.1:${port}
      PidFile ${folder}/pid
      DefaultRuntimeDir ${folder}
      Mutex file:${folder}
      ErrorLog ${folder}/error_log
      LoadModule mpm_event_module ${modules}/mod_mpm_event.so
      LoadModule authz_core_module ${modules}/mod_authz_core.so
      LoadModule filter_module ${modules}/mod_filter.so
      LoadModule deflate_module ${modules}/mod_deflate.so
      LoadModule proxy_module ${modules}/mod_proxy.so
      LoadModule proxy_http_module ${modules}/mod_proxy_http.so
      AddOutputFilterByType DEFLATE application/json
      ProxyPass /rental/ ${service}/`,
  },
];

/** Starts a proxy in front of a service, on a port of its own. */
async function startProxy({ program, parameters, config, name }: Proxy, service: string) {
  const folder = await mkdtemp(join(tmpdir(), 'movie-rental-proxy-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/rental`;
  await writeFile(join(folder, 'config'), config(folder, port, service));
  const child = spawn(program, parameters(join(folder, 'config')), { stdio: 'ignore' });
  await until(`${name} answers`, () =>
    fetch(`${url}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    ),
  ).catch(async (error: unknown) => {
    throw new Error(`The error log of ${name}: ${await readFile(join(folder, 'error_log'), 'utf8')}`, { cause: error });
  });
  return {
    url,
    async stop() {
      const exit = new Promise((ended) => child.once('exit', ended));
      child.kill('SIGTERM');
      await exit;
      await rm(folder, { recursive: true });
    },
  };
}

for (const proxy of proxies) {
  const withProxy = describeIf(
    existsSync(proxy.program),
    `there is no ${proxy.name} at ${proxy.program} (Debian's packages nginx-light and apache2).`,
  );
  withProxy(`behind ${proxy.name} that compresses, under a path prefix`, () => {
    let shop: RunningShop;
    let front: Awaited<ReturnType<typeof startProxy>>;
    let movie: { id: number; copies: { id: number }[] };
    beforeAll(async () => {
      shop = await openShop({ environment: { PUBLIC_URL: '/rental', ALLOW_ANONYMOUS: 'true' } });
      movie = (await clerk(shop.api).movie(2)) as typeof movie;
      front = await startProxy(proxy, shop.url);
    });
    afterAll(async () => {
      await front.stop();
      await shop.close();
    });

    const send = (path: string, init: RequestInit = {}) =>
      fetch(new URL(path, front.url), { ...init, headers: { 'Accept-Encoding': 'gzip', ...init.headers } });
    const patch = (path: string, body: object, headers: object) =>
      send(path, {
        method: 'PATCH',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', ...headers },
      });

    it('answers 304 to the ETag that the proxy returned', async () => {
      const path = `/rental/movies/${movie.id}`;
      const { headers } = await send(path);
      expect(headers.get('Content-Encoding')).toBe('gzip');
      const tag = headers.get('ETag')!;
      expect(tag).toMatch(/^W\/|-gzip"$/);
      expect((await send(path, { headers: { 'If-None-Match': tag } })).status).toBe(304);
    });

    it('accepts an edit with the ETag that the proxy returned, and refuses a second one', async () => {
      const path = `/rental/movies/${movie.id}`;
      const tag = (await send(path)).headers.get('ETag')!;
      expect((await patch(path, { title: 'Ran' }, { 'If-Match': tag })).status).toBe(200);
      expect((await patch(path, { title: 'Run' }, { 'If-Match': tag })).status).toBe(412);
    });

    it('has links that work through the proxy: Location, Link, redirects, problem types and servers', async () => {
      const added = await send('/rental/genres', {
        method: 'POST',
        body: JSON.stringify({ name: 'Noir' }),
        headers: { 'Content-Type': 'application/json' },
      });
      expect(added.status).toBe(201);
      expect((await send(added.headers.get('Location')!)).status).toBe(200);

      const link = (await send('/rental/genres?limit=1')).headers.get('Link')!;
      const next = /<([^>]+)>; rel="next"/.exec(link)![1]!;
      expect(await (await send(next)).json()).toMatchObject([{ name: 'Noir' }]);

      const redirected = await send('/rental/', { headers: { Accept: 'text/html' } });
      expect(redirected.url).toBe(`${front.url}/docs`);
      expect(redirected.status).toBe(200);

      const { type, instance } = (await (await send('/rental/genres/4711')).json()) as Record<string, string>;
      expect(instance).toBe('/rental/genres/4711');
      expect((await send(type!)).status).toBe(200);

      const { docs, openapi } = (await (await send('/rental/')).json()) as Record<string, string>;
      expect((await send(docs!)).status).toBe(200);
      const document = (await (await send(openapi!)).json()) as { servers: { url: string }[] };
      expect(document.servers[0]!.url).toBe('/rental');
      expect(JSON.stringify(document)).toContain('"/rental/problems/not-found"');
      expect(JSON.stringify(document)).not.toContain('"/problems/not-found"');
    });
  });
}
