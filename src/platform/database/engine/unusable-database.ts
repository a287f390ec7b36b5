/** The configured database can't be used. The message says which, why, and what to do. */
export class UnusableDatabase extends Error {}

/** A database that could be used when it was opened, and can't be used now. Requests are answered 503. */
export class LostDatabase extends UnusableDatabase {}
