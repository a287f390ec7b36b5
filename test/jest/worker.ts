/** A worker ends with the run, even if a failed test has left handles open. */
process.once('disconnect', () => process.exit());
