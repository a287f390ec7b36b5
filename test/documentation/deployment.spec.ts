import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { Environment, readEnvironment } from '../../src/platform/config/environment.js';
import { read, root } from '../support/project.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- reads files of any shape */
const yaml = (path: string): any[] =>
  parseAllDocuments(read(path), { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });

const paths = Object.keys(JSON.parse(read('docs/openapi.json')).paths);
const variables = Object.keys(new Environment());
/** A tag for readers, and the digest that determines the image. */
const pinned = /^[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}$/;
const probes = ['/health/live', '/health/ready'];

/** Returns the arguments of every instruction of this name in the final stage. */
const shipped = (instruction: string): string[] =>
  [
    ...read('Dockerfile')
      .split(/^FROM /m)
      .at(-1)!
      .matchAll(new RegExp(`^${instruction} (.*)$`, 'gm')),
  ].map(([, rest]) => rest!);

/** The default environment of the service in the image. */
const imageEnvironment = Object.fromEntries(
  shipped('ENV').flatMap((line) => line.split(' ').map((setting) => setting.split('=') as [string, string])),
);

describe('the image', () => {
  it('copies only existing files that .dockerignore admits', () => {
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, files]) =>
      files!.split(' '),
    );
    const admitted = [...read('.dockerignore').matchAll(/^!(.*)$/gm)].map(([, path]) => path!);
    expect(copied).toContain('package-lock.json');
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(new Set(copied.map((path) => path.split('/')[0]))).toEqual(new Set(admitted));
  });

  it('sets a valid environment, with a database on the volume', () => {
    const { NODE_ENV, SQLITE_TMPDIR, ...environment } = imageEnvironment;
    expect(NODE_ENV).toBe('production');
    expect([SQLITE_TMPDIR]).toEqual(shipped('VOLUME'));
    expect(variables).toEqual(expect.arrayContaining(Object.keys(environment)));
    const [volume] = shipped('VOLUME');
    expect(readEnvironment(environment).DATABASE_URL).toMatch(new RegExp(`^sqlite:${volume}/`));
    expect(shipped('EXPOSE')).toEqual([environment['PORT']]);
  });

  it('uses images that are pinned by digest', () => {
    const images = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(images).toHaveLength(2);
    for (const image of images) expect(image).toMatch(pinned);
  });

  it('runs the build as an unprivileged user, with a liveness check', () => {
    expect(shipped('USER')).toEqual(['node']);
    expect(shipped('CMD')).toEqual(['["node", "dist/src/main.js"]']);
    expect(existsSync(join(root, 'src/main.ts'))).toBe(true);
    expect(read('Dockerfile')).toMatch(/HEALTHCHECK [^]*\/health\/live/);
  });
});

describe('compose.yaml', () => {
  const [{ services, volumes }] = yaml('compose.yaml');

  it('serves a SQLite file on a volume by default', () => {
    const usual = Object.keys(services).filter((name) => !services[name].profiles);
    expect(usual).toEqual(['shop']);
    expect(services.shop.volumes).toEqual([`shop:${shipped('VOLUME')[0]}`]);
    expect(services.shop.environment).toBeUndefined();
  });

  it.each(['shop', 'shop-on-postgres'])('gives %s a read-only container with a writable data volume', (name) => {
    expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'], build: '.' });
    expect(services[name].ports).toEqual([expect.stringMatching(`:${imageEnvironment['PORT']}$`)]);
  });

  it('limits memory and processes of every service, and pins every image by digest', () => {
    for (const service of Object.values<any>(services)) {
      expect(service.mem_limit).toMatch(/^\d+[mg]$/);
      expect(service.pids_limit).toBeGreaterThan(0);
      if (service.build === undefined) expect(service.image).toMatch(pinned);
    }
  });

  it('connects the service to its PostgreSQL, once that is ready', () => {
    const { environment, depends_on } = services['shop-on-postgres'];
    const { DATABASE_URL } = readEnvironment({ ...imageEnvironment, ...environment });
    const { POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD } = services.postgres.environment;
    expect(DATABASE_URL).toBe(`postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`);
    expect(depends_on.postgres.condition).toBe('service_healthy');
    expect(services.postgres.healthcheck.test).toContain(`--dbname=${POSTGRES_DB}`);
  });

  it('declares the volumes it uses', () => {
    const used = Object.values<any>(services).flatMap((service) =>
      (service.volumes ?? []).map((volume: string) => volume.split(':')[0]),
    );
    expect(Object.keys(volumes).sort()).toEqual(used.sort());
  });
});

describe('deploy/kubernetes.yaml', () => {
  const [deployment, service, budget, policy] = yaml('deploy/kubernetes.yaml');
  const pod = deployment.spec.template;
  const [container] = pod.spec.containers;

  it('has startup, liveness and readiness probes', () => {
    const requests = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((name) => container[name].httpGet);
    expect(requests.map(({ path }) => path)).toEqual(['/health/live', ...probes]);
    expect(paths).toEqual(expect.arrayContaining(probes));
    expect(new Set(requests.map(({ port }) => port))).toEqual(new Set([container.ports[0].name]));
  });

  it('maps the Service to the port of the container', () => {
    expect(container.ports).toEqual([{ name: 'http', containerPort: Number(imageEnvironment['PORT']) }]);
    expect(service.spec.ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
    for (const selector of [service.spec.selector, budget.spec.selector.matchLabels]) {
      expect(pod.metadata.labels).toMatchObject(selector);
    }
  });

  it('sets only known variables, including the database', () => {
    const set = container.env.map(({ name }: { name: string }) => name);
    expect(set).toContain('DATABASE_URL');
    expect(variables).toEqual(expect.arrayContaining(set));
  });

  it('runs unprivileged, with a read-only file system', () => {
    expect(pod.spec.securityContext.runAsNonRoot).toBe(true);
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  });

  it('limits CPU, memory and ephemeral storage', () => {
    expect(Object.keys(container.resources.limits).sort()).toEqual(['cpu', 'ephemeral-storage', 'memory']);
  });

  it('has a NetworkPolicy that admits requests to the port http, and connections to DNS and PostgreSQL only', () => {
    expect(policy.kind).toBe('NetworkPolicy');
    expect(pod.metadata.labels).toMatchObject(policy.spec.podSelector.matchLabels);
    expect(policy.spec.policyTypes).toEqual(['Ingress', 'Egress']);
    const ports = (rules: any[]) => rules.flatMap((rule) => rule.ports.map(({ port }: { port: unknown }) => port));
    expect(ports(policy.spec.ingress)).toEqual([container.ports[0].name]);
    expect(policy.spec.ingress.every(({ from }: any) => from.length > 0)).toBe(true);
    expect([...new Set(ports(policy.spec.egress))]).toEqual([53, 5432]);
  });
});

describe('the command that creates the first key', () => {
  const page = read('docs/operations.md');
  const [, service, compose] = /^docker compose run --rm (\S+) node (.*)$/m.exec(page)!;
  const [, image, kubectl] = /^kubectl run \S+ .*--image=(\S+) .*--command -- node (.*)$/m.exec(page)!;
  const [, local] = /^npm run keys -- (create .*)$/m.exec(page)!;

  it('is the same for npm, Compose and Kubernetes, and names their service and image', () => {
    expect([compose, kubectl]).toEqual(Array(2).fill(`dist/commands/keys.js ${local}`));
    const [{ services }] = yaml('compose.yaml');
    expect(services[service!].volumes).toEqual([expect.stringContaining(`:${shipped('VOLUME')[0]}`)]);
    expect(services[service!].entrypoint).toBeUndefined();
    const [deployment] = yaml('deploy/kubernetes.yaml');
    expect(deployment.spec.template.spec.containers[0].image).toBe(image);
    // Without an entry point, the command of Compose replaces CMD as a whole.
    expect(shipped('ENTRYPOINT')).toEqual([]);
  });

  it('creates a key in the folders of the image, with its environment, and nothing outside the volume', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'movie-rental-image-'));
    const [app, volume] = [join(folder, shipped('WORKDIR')[0]!), join(folder, shipped('VOLUME')[0]!)];
    await Promise.all([app, volume].map((path) => mkdir(path, { recursive: true })));
    for (const files of shipped('COPY').map((rest) => rest.replace('--from=build /app/', '').split(' '))) {
      const target = files.at(-1)!;
      for (const file of files.slice(0, -1)) {
        const [from, to] = [join(root, file), join(app, target, target.endsWith('/') ? file : '')];
        if (file === 'node_modules') await symlink(from, to);
        // The tests are built there too, and maps are for reading only.
        else await cp(from, to, { recursive: true, filter: (path) => !/\/dist\/(test|bench)$|\.map$/.test(path) });
      }
    }
    const before = await readFile(join(app, 'package.json'), 'utf8');
    const env = { ...imageEnvironment, DATABASE_URL: imageEnvironment['DATABASE_URL']!.replace(':', `:${folder}`) };
    const { stdout } = await promisify(execFile)(process.execPath, compose!.split(' '), { cwd: app, env });
    expect(stdout).toMatch(/^mr_1_[\w-]{43}\n$/);
    expect(existsSync(join(volume, 'movie-rental.sqlite'))).toBe(true);
    expect(existsSync(join(app, 'data'))).toBe(false);
    expect(await readFile(join(app, 'package.json'), 'utf8')).toBe(before);
    await rm(folder, { recursive: true });
  });
});

describe('docs/operations.md', () => {
  const page = read('docs/operations.md');
  const named = (pattern: RegExp) => [...new Set([...page.matchAll(pattern)].map(([, name]) => name!))];

  it('names only existing commands', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    expect(scripts).toEqual(expect.arrayContaining(named(/npm run ([\w:-]+)/g)));
    const programs = named(/node dist\/([\w/-]+)\.js/g);
    expect(programs).toContain('src/main');
    const missing = programs.filter(
      (program) => !existsSync(join(root, `${program.replace(/^commands/, 'scripts')}.ts`)),
    );
    expect(missing).toEqual([]);
  });

  it('names only existing variables and paths', () => {
    const known = [...variables, 'POSTGRES_PASSWORD', 'SQLITE_TMPDIR', 'UV_THREADPOOL_SIZE'];
    expect(known).toEqual(expect.arrayContaining(named(/`([A-Z]+(?:_[A-Z]+)+)/g)));
    expect([...paths, ...shipped('VOLUME'), '/docs', '/metrics']).toEqual(
      expect.arrayContaining(named(/`(?:GET )?(\/[a-z/]+)`/g)),
    );
  });

  it('names only existing files', () => {
    const files = named(/\]\((?!https?:)([^)#]+)/g);
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((file) => !existsSync(join(root, 'docs', file)))).toEqual([]);
  });
});
