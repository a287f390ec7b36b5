import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { committedDocument, testFolder } from '../support/project.js';
import { nameOf, type TestFile } from './reporting.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- reads a document of any shape */

/**
 * Reports the documented responses that no test has produced, and fails the run for them. Applies to successful runs of
 * all tests over HTTP only.
 */
export default class ContractCoverage {
  private readonly folder = mkdtempSync(join(tmpdir(), 'movie-rental-contract-'));
  private readonly isOfSomeTests: boolean;
  private readonly ran = new Set<string>();
  private missing: string[] = [];

  constructor({ testNamePattern }: { testNamePattern?: string }) {
    this.isOfSomeTests = Boolean(testNamePattern);
    // The workers inherit it; contract.ts writes to the folder.
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
    const documented = documentedAnswers();
    this.missing = documented.filter((answer) => !produced.has(answer));
    process.stderr.write(
      this.missing.length === 0
        ? `All ${documented.length} answers of the OpenAPI document were produced.\n`
        : `No test has produced these answers of the OpenAPI document:\n  ${this.missing.join('\n  ')}\n`,
    );
  }

  getLastError(): Error | undefined {
    return this.missing.length > 0
      ? new Error('No test has produced some responses of the OpenAPI document.')
      : undefined;
  }
}

/** The tests over HTTP, by the project of jest.config.js. Reads return 503 on PostgreSQL only. */
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

/** Returns the documented responses of every operation: "rentMovies 409 /problems/copy-already-rented". */
function documentedAnswers(): string[] {
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
