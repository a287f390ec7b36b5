/** A worker ends with the run, whatever a test that failed has left open. */
process.once('disconnect', () => process.exit());
