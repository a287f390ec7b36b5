import type { Opening } from '../bench.js';
import { Contender } from '../contender.js';
import { shopOf } from '../target.js';

export const ours = 'movie-rental';
export const naive = 'naive';
export const nestHello = 'bare Nest hello';

export const opensOurs: Opening = (databaseUrl, size) => Contender.ours(ours, databaseUrl, size);
export const opensNaive: Opening = (databaseUrl, size) => Contender.naive(naive, databaseUrl, size);

/** The shop of the measured requests. */
export const shop = shopOf(100_000);
