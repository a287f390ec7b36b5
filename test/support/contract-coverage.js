import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '../..');
/** Jest's projects that run the e2e tests. Only on PostgreSQL can reading be unavailable. */
const engines = ['sqlite', 'postgres'];

/**
 * Reports the answers that the OpenAPI document announces and no test has produced, and fails the run for them.
 * It judges only runs of all e2e tests on all engines, that went well: a part of them can't produce everything.
 */
export default class ContractCoverage {
  folder = mkdtempSync(join(tmpdir(), 'movie-rental-contract-'));
  missing = [];

  constructor({ testNamePattern }) {
    this.testNamePattern = testNamePattern;
    // Handed down to the workers; contract.ts writes there.
    process.env.CONTRACT_COVERAGE = this.folder;
  }

  onRunComplete(_contexts, { testResults, numFailedTests, numFailedTestSuites }) {
    const files = readdirSync(this.folder).map((file) => readFileSync(join(this.folder, file), 'utf8'));
    rmSync(this.folder, { recursive: true });
    const ran = new Set(testResults.map(({ displayName, testFilePath }) => `${displayName?.name} ${testFilePath}`));
    const whole = allTests().every((test) => ran.has(test)) && !this.testNamePattern;
    if (!whole || numFailedTests > 0 || numFailedTestSuites > 0) return;

    const produced = new Set(files.flatMap((file) => file.trim().split('\n')));
    const announced = announcedAnswers();
    this.missing = announced.filter((answer) => !produced.has(answer));
    process.stderr.write(
      this.missing.length === 0
        ? `All ${announced.length} answers of the OpenAPI document were produced.\n`
        : `No test has produced these answers of the OpenAPI document:\n  ${this.missing.join('\n  ')}\n`,
    );
  }

  getLastError() {
    return this.missing.length > 0 ? new Error('The OpenAPI document announces what no test has seen.') : undefined;
  }
}

function allTests() {
  const folder = join(root, 'test/e2e');
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.spec.ts'))
    .flatMap((file) => engines.map((engine) => `${engine} ${join(folder, file)}`));
}

/** "rentMovies 409 /problems/copy-already-rented", and so on, of every operation. */
function announcedAnswers() {
  const document = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8'));
  const { schemas, responses } = document.components;
  const nameIn = (ref) => ref.split('/').at(-1);
  const typesOf = ({ content = {} }) => {
    const problem = content['application/problem+json']?.schema;
    const refs = problem?.oneOf ?? (problem ? [problem] : []);
    return refs.length === 0 ? [''] : refs.map(({ $ref }) => ` ${schemas[nameIn($ref)].properties.type.const}`);
  };
  return Object.values(document.paths)
    .flatMap((item) => Object.values(item))
    .flatMap((operation) =>
      Object.entries(operation.responses).flatMap(([status, response]) =>
        typesOf(response.$ref ? responses[nameIn(response.$ref)] : response).map(
          (type) => `${operation.operationId} ${status}${type}`,
        ),
      ),
    );
}
