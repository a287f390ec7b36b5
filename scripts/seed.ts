import { join } from 'node:path';
import { projectFolder } from '../src/platform/config/version.js';
import { readDatasets } from './support/datasets.js';
import { runImport } from './support/run-import.js';

await runImport(() => readDatasets(join(projectFolder, 'datasets')));
