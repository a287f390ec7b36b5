import { createRequire } from 'node:module';
import { read } from '../support/project.js';

interface Package {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
}

const { satisfies } = createRequire(import.meta.url)('semver') as {
  satisfies: (version: string, range: string) => boolean;
};
const manifest = JSON.parse(read('package.json')) as { engines: { node: string } };
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Package> };
/** The lowest versions of each range: 20.19.0, 22.13.0, 24. */
const floors = [...manifest.engines.node.matchAll(/\d+(\.\d+)*/g)].map(([version]) => version);

describe('the versions of Node.js that package.json admits', () => {
  it.each(floors.map((floor) => (/\./.test(floor) ? floor : `${floor}.0.0`)))(
    'are admitted by every package, from %s on',
    (floor) => {
      const unfit = Object.entries(lock.packages)
        .filter(([, { engines }]) => engines?.node && !satisfies(floor, engines.node))
        .map(([path, { version }]) => `${path} ${version}`);
      expect(unfit).toEqual([]);
    },
  );

  it('are the ones that the README names', () => {
    const named = floors.map((floor) => floor.replace(/\.0$/, ''));
    expect(named).toHaveLength(3);
    expect(read('README.md')).toContain(`Node.js ${named[0]}, ${named[1]} or ${named[2]}, or later`);
  });

  it.each([
    ['.nvmrc', /^(\d+)$/m],
    ['Dockerfile', /^FROM node:(\d+)-/m],
  ])('include the version of %s', (file, pattern) => {
    const [, major] = pattern.exec(read(file))!;
    expect(satisfies(`${major}.99.0`, manifest.engines.node)).toBe(true);
    expect(floors.map((floor) => floor.split('.')[0])).toContain(major);
  });

  it('begin with the version of the bundles, of the types and of CI', () => {
    const [lowest] = floors;
    const [major] = lowest!.split('.');
    expect(read('scripts/bundle.ts')).toContain(`target: 'node${major}'`);
    expect(lock.packages['node_modules/@types/node']!.version).toMatch(new RegExp(`^${major}\\.`));
    expect(read('.ci/run')).toContain(`node@${lowest}`);
  });
});

describe('npm ci', () => {
  it('runs no install script without a decision in package.json', () => {
    const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> };
    const withScripts = Object.entries(
      lock.packages as Record<string, { hasInstallScript?: boolean; optional?: boolean }>,
    )
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(withScripts).toContain('sqlite3');
    expect(Object.keys(allowScripts)).toEqual(expect.arrayContaining(withScripts));
  });

  it('installs no deprecated package', () => {
    const deprecated = Object.entries(lock.packages as Record<string, { deprecated?: string }>).filter(
      ([, { deprecated }]) => deprecated,
    );
    expect(deprecated).toEqual([]);
  });
});
