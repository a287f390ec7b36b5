import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/platform/config/version.js';

describe('the required layout of the project', () => {
  it.each(['package.json', 'tsconfig.json', 'nest-cli.json', 'src', 'test', 'ormconfig.ts', 'README.md'])(
    'has %s at its top level',
    (name) => {
      expect(existsSync(join(projectFolder, name))).toBe(true);
    },
  );

  it.each([
    '@nestjs/core',
    '@nestjs/common',
    '@nestjs/platform-express',
    '@nestjs/swagger',
    '@nestjs/typeorm',
    'typeorm',
    'sqlite3',
    'class-validator',
    'class-transformer',
    'jest',
    'supertest',
  ])('depends on %s', (name) => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(projectFolder, 'package.json'), 'utf8'),
    ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
    expect({ ...dependencies, ...devDependencies }).toHaveProperty([name]);
  });
});
