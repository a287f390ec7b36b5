/** Thrown by a single-statement read that needs more statements; the unit of work retries the read in a transaction. */
export class NeedsTransaction extends Error {
  constructor() {
    super('This read needs more than one statement, and therefore a transaction.');
  }
}
