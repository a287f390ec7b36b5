import type { Bench } from '../bench.js';
import type { Findings } from '../figures.js';
import { growth } from './growth.js';
import { importing } from './import.js';
import { memory } from './memory.js';
import { postgres } from './postgres.js';
import { reads } from './reads.js';
import { rents } from './rents.js';
import { secured } from './secured.js';
import { start } from './start.js';
import { stock } from './stock.js';

type Section = (bench: Bench) => Promise<Findings>;

export const sections = {
  reads,
  rents,
  stock,
  secured,
  postgres,
  growth,
  memory,
  start,
  import: importing,
} satisfies Record<string, Section>;

type SectionName = keyof typeof sections;

export const sectionNames = Object.keys(sections) as SectionName[];

/** Run if no section is named. */
export const defaultSections: readonly SectionName[] = ['reads', 'rents', 'stock'];
