/** Thrown by a read that can't be a single statement, so that the unit of work starts it over in a transaction. */
export class NeedsTransaction extends Error {
  constructor() {
    super('This read takes more than one statement, and so a transaction.');
  }
}
