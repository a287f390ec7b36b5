import type { Bench } from '../bench.js';
import type { Findings } from '../report/figures.js';

type Section = (bench: Bench) => Promise<Findings>;

/** Loaded when they run: `--help` and wrong arguments need none of them. */
export const sections = {
  reads: async (bench) => (await import('./reads.js')).reads(bench),
  rents: async (bench) => (await import('./rents.js')).rents(bench),
  stock: async (bench) => (await import('./stock.js')).stock(bench),
  secured: async (bench) => (await import('./secured.js')).secured(bench),
  postgres: async (bench) => (await import('./postgres.js')).postgres(bench),
  growth: async (bench) => (await import('./growth.js')).growth(bench),
  memory: async (bench) => (await import('./memory.js')).memory(bench),
  start: async (bench) => (await import('./start.js')).start(bench),
  import: async (bench) => (await import('./import.js')).importing(bench),
} satisfies Record<string, Section>;

type SectionName = keyof typeof sections;

export const sectionNames = Object.keys(sections) as SectionName[];

/** Run if no section is named. */
export const defaultSections: readonly SectionName[] = ['reads', 'rents', 'stock'];
