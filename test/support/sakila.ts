import { join } from 'node:path';
import { root } from './project.js';

/** Not part of this repository: the CSV files of the Sakila sample database, where somebody has put them. */
export const sakilaFolder = join(root, '../shared/data/sakila');
