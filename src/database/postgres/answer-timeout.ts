import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds in which a server that is there answers, however busy it is. */
const answerTimeoutMs = 1_000;
/** Milliseconds, of that time, after each of which this process looks at what has arrived. */
const pollMs = 100;

/**
 * Waits for a server's answer. Time in which this process itself was held up doesn't count: the answer may be there, and
 * nobody has looked.
 */
export async function withinAnswerTimeout<Result>(answer: Promise<Result>): Promise<Result> {
  const aborter = new AbortController();
  try {
    return await Promise.race([answer, refuseSilence(aborter.signal)]);
  } finally {
    aborter.abort();
  }
}

async function refuseSilence(signal: AbortSignal): Promise<never> {
  for (let waited = 0; waited < answerTimeoutMs; waited += pollMs) {
    await pause(pollMs, undefined, { ref: false, signal });
  }
  throw new Error(`PostgreSQL has not answered within ${answerTimeoutMs} ms.`);
}
