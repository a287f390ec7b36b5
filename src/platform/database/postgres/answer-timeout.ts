import { setTimeout as pause } from 'node:timers/promises';

/** How long an available server takes to answer at most, even under load. */
const answerTimeoutMs = 1_000;
/** Interval in which the event loop gets a chance to process an answer that has arrived. */
const pollMs = 100;

export class AnswerTimeout extends Error {}

/**
 * Awaits an answer of the server. Time in which the event loop is blocked doesn't count, since the answer may have arrived
 * unprocessed.
 * @throws AnswerTimeout
 */
export async function withinAnswerTimeout<Result>(
  answer: Promise<Result>,
  timeoutMs = answerTimeoutMs,
): Promise<Result> {
  const aborter = new AbortController();
  try {
    return await Promise.race([answer, rejectAfter(timeoutMs, aborter.signal)]);
  } finally {
    aborter.abort();
    // The answer may still fail later, when its connection is closed.
    answer.catch(() => undefined);
  }
}

async function rejectAfter(timeoutMs: number, signal: AbortSignal): Promise<never> {
  for (let waited = 0; waited < timeoutMs; waited += pollMs) {
    await pause(pollMs, undefined, { ref: false, signal });
  }
  throw new AnswerTimeout(`PostgreSQL has not answered within ${timeoutMs} ms.`);
}
