import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds in which a server that is there answers, however busy it is. */
const answerTimeoutMs = 1_000;
/** Milliseconds, of that time, after each of which this process looks at what has arrived. */
const pollMs = 100;

export class AnswerTimeout extends Error {}

/**
 * Waits for a server's answer. Time in which this process itself was held up doesn't count: the answer may have arrived
 * without being read.
 * @throws AnswerTimeout
 */
export async function withinAnswerTimeout<Result>(
  answer: Promise<Result>,
  timeoutMs = answerTimeoutMs,
): Promise<Result> {
  const aborter = new AbortController();
  try {
    return await Promise.race([answer, refuseSilence(timeoutMs, aborter.signal)]);
  } finally {
    aborter.abort();
    // It may still fail, when its connection is closed.
    answer.catch(() => undefined);
  }
}

async function refuseSilence(timeoutMs: number, signal: AbortSignal): Promise<never> {
  for (let waited = 0; waited < timeoutMs; waited += pollMs) {
    await pause(pollMs, undefined, { ref: false, signal });
  }
  throw new AnswerTimeout(`PostgreSQL has not answered within ${timeoutMs} ms.`);
}
