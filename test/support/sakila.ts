import { fileURLToPath } from 'node:url';

/** Not part of this repository: the CSV files of the Sakila sample database, where somebody has put them. */
export const sakilaFolder = fileURLToPath(new URL('../../../shared/data/sakila', import.meta.url));
