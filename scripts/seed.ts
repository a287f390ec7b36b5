import { readDatasets } from './support/datasets.js';
import { runImport } from './support/run-import.js';

await runImport(() => readDatasets('datasets'));
