import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { committedDocument, testFolder } from '../support/project.js';
import { nameOf, type TestFile } from './reporting.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- reads a document of any shape */

/**
 * Reports the answers that the OpenAPI document announces and no test has produced, and fails the run for them.
 * It judges only runs of all tests over HTTP that succeeded: a part of them can't produce all answers.
 */
export default class ContractCoverage {
  private readonly folder = mkdtempSync(join(tmpdir(), 'movie-rental-contract-'));
  private readonly isOfSomeTests: boolean;
  private readonly ran = new Set<string>();
  private missing: string[] = [];

  constructor({ testNamePattern }: { testNamePattern?: string }) {
    this.isOfSomeTests = Boolean(testNamePattern);
    // Handed down to the workers; contract.ts writes there.
    process.env['CONTRACT_COVERAGE'] = this.folder;
  }

  onTestResult(test: TestFile): void {
    this.ran.add(nameOf(test));
  }

  onRunComplete(_contexts: unknown, run: { numFailedTests: number; numFailedTestSuites: number }): void {
    const files = readdirSync(this.folder).map((file) => readFileSync(join(this.folder, file), 'utf8'));
    rmSync(this.folder, { recursive: true });
    const whole = allTests().every((test) => this.ran.has(test)) && !this.isOfSomeTests;
    if (!whole || run.numFailedTests > 0 || run.numFailedTestSuites > 0) return;

    const produced = new Set(files.flatMap((file) => file.trim().split('\n')));
    const announced = announcedAnswers();
    this.missing = announced.filter((answer) => !produced.has(answer));
    process.stderr.write(
      this.missing.length === 0
        ? `All ${announced.length} answers of the OpenAPI document were produced.\n`
        : `No test has produced these answers of the OpenAPI document:\n  ${this.missing.join('\n  ')}\n`,
    );
  }

  getLastError(): Error | undefined {
    return this.missing.length > 0 ? new Error('The OpenAPI document announces what no test has seen.') : undefined;
  }
}

/** The tests over HTTP, with the project of jest.config.js that runs them. Only on PostgreSQL can reading be unavailable. */
const folders = [
  ['sqlite', 'e2e'],
  ['postgres', 'e2e'],
  ['sqlite', 'http'],
] as const;

function allTests(): string[] {
  return folders.flatMap(([project, folder]) =>
    readdirSync(join(testFolder, folder))
      .filter((file) => file.endsWith('.spec.js'))
      .map((file) => `${project} ${join(testFolder, folder, file)}`),
  );
}

/** "rentMovies 409 /problems/copy-already-rented", and so on, of every operation. */
function announcedAnswers(): string[] {
  const document = committedDocument() as any;
  const { schemas, responses } = document.components;
  const nameIn = (ref: string): string => ref.split('/').at(-1)!;
  const typesOf = ({ content = {} }: any): string[] => {
    const problem = content['application/problem+json']?.schema;
    const refs: { $ref: string }[] = problem?.oneOf ?? (problem ? [problem] : []);
    return refs.length === 0 ? [''] : refs.map(({ $ref }) => ` ${schemas[nameIn($ref)].properties.type.const}`);
  };
  return Object.values<object>(document.paths)
    .flatMap((item) => Object.values(item))
    .flatMap((operation) =>
      Object.entries<any>(operation.responses).flatMap(([status, response]) =>
        typesOf(response.$ref ? responses[nameIn(response.$ref)] : response).map(
          (type) => `${operation.operationId} ${status}${type}`,
        ),
      ),
    );
}
