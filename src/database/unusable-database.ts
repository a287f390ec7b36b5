/** The configured database can't be used. The message says which, why, and what to do. */
export class UnusableDatabase extends Error {}
