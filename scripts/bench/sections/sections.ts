import type { Bench } from '../bench.js';
import type { Findings } from '../figures.js';
import { postgres } from './postgres.js';
import { reads } from './reads.js';
import { rents } from './rents.js';
import { stock } from './stock.js';

export type Section = (bench: Bench) => Promise<Findings>;

export const sections = { reads, rents, stock, postgres } satisfies Record<string, Section>;

export type SectionName = keyof typeof sections;
