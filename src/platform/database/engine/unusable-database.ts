/** The configured database cannot be used. The message names the database, the reason and the remedy. */
export class UnusableDatabase extends Error {}

/** A SQLite file that another process serves. */
export class DatabaseInUse extends UnusableDatabase {}

/** A database that became unusable after it was opened. Requests get 503. */
export class LostDatabase extends UnusableDatabase {}
