import { join } from 'node:path';
import { projectFolder } from '../src/platform/config/version.js';
import { readDatasets } from './import/datasets.js';
import { runImport } from './import/run-import.js';

const usage = {
  command: 'npm run seed --',
  summary: 'Adds the genres, movies, copies, clients and rentals of datasets/ to the configured database.',
};

await runImport(usage, () => readDatasets(join(projectFolder, 'datasets')));
