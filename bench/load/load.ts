import autocannon, { type Instance, type Request } from 'autocannon';
import { FreeCopies } from './free-copies.js';
import { median, percentile } from '../report/statistics.js';
import type { Target } from '../target.js';
import { ask } from './verify.js';
import { type Work, type WorkName, works } from '../works.js';

/** A request to the load generator, which handles one at a time. */
export interface Job {
  readonly work: WorkName;
  readonly target: Target;
  readonly connections: number;
  /** The duration in seconds, or the number of operations. */
  readonly until: { readonly seconds: number } | { readonly times: number };
}

export interface Load {
  /** The number of completed operations. */
  readonly done: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** The copies of a target that may be rented, across its measurements. */
const freeCopies = new Map<string, FreeCopies>();

function freeCopiesOf({ urls, size }: Target): FreeCopies {
  const key = urls.join();
  if (!freeCopies.has(key)) freeCopies.set(key, new FreeCopies(size!));
  return freeCopies.get(key)!;
}

/**
 * The requests of a workload to a target: prepared, and the responses of the target verified, before the first
 * measurement.
 */
const prepared = new Map<string, Promise<Request[]>>();

function requestsFor(name: WorkName, target: Target): Promise<Request[]> {
  const key = `${name} at ${target.urls.join()}`;
  if (!prepared.has(key)) {
    prepared.set(key, prepare(works[name], target));
  }
  return prepared.get(key)!;
}

async function prepare(work: Work, target: Target): Promise<Request[]> {
  const authorized = authorizing(target);
  const requests = await work.prepare((request) => ask(target.urls[0]!, authorized(request)), {
    size: target.size!,
    copies: freeCopiesOf(target),
  });
  return requests.map(({ setupRequest, ...request }) => ({
    ...authorized(request),
    ...(typeof setupRequest === 'function' && {
      setupRequest: (next: Request, context: object) => authorized(setupRequest(next, context)),
    }),
  }));
}

/** Adds the credential that the target needs to a request. */
function authorizing({ token }: Target): (request: Request) => Request {
  if (!token) return (request) => request;
  const credential = { Authorization: `Bearer ${token}` };
  return (request) => Object.assign(request, { headers: { ...request.headers, ...credential } });
}

async function perform({ work: name, target, connections, until }: Job): Promise<Load> {
  const work: Work = works[name];
  const requests = await requestsFor(name, target);
  const meter = new Meter(work, connections, 'seconds' in until ? until.seconds * 1000 : Infinity);
  const times = 'times' in until ? until.times : undefined;
  await Promise.all(
    target.urls.map((url) => fire(url, requests, Math.ceil(connections / target.urls.length), times, meter)),
  );
  return meter.read(name, requests.length);
}

function fire(
  url: string,
  requests: Request[],
  connections: number,
  times: number | undefined,
  meter: Meter,
): Promise<unknown> {
  return new Promise((done, fail) => {
    const instance = autocannon(
      {
        url,
        requests,
        connections,
        amount: times,
        // Seconds. A naive search of a large shop is slow.
        timeout: 120,
        // Seconds. The meter ends the run before.
        duration: 3600,
        // Interval in milliseconds of the checks for the end.
        sampleInt: 50,
      },
      (error, result) => (error ? fail(error as Error) : done(result)),
    );
    meter.watch(instance);
  });
}

/**
 * A separate count beside autocannon's, whose histogram has whole milliseconds only, and which doesn't know the
 * expected statuses. Ends the measurement when its time is over, but not before there were as many responses as
 * connections.
 */
class Meter {
  private readonly start = performance.now();
  private readonly latencies: number[] = [];
  private readonly wrong = new Map<string, number>();
  private responses = 0;
  private lastResponseAt = this.start;

  constructor(
    private readonly work: Work,
    private readonly connections: number,
    private readonly durationMs: number,
  ) {}

  watch(instance: Instance): void {
    instance.on('response', (_client, status, _bytes, milliseconds) => {
      this.responses++;
      this.lastResponseAt = performance.now();
      if (!this.work.statuses.includes(status)) this.fault(instance, `response ${status}`);
      else if (!this.work.timed || this.work.timed === status) this.latencies.push(milliseconds);
      const isTimeOver = this.lastResponseAt - this.start >= this.durationMs;
      if (isTimeOver && this.responses >= this.connections) instance.stop();
    });
    instance.on('reqError', (error: Error) => this.fault(instance, error.message));
  }

  read(name: string, requestsPerTurn: number): Load {
    if (this.wrong.size > 0) {
      const faults = [...this.wrong].map(([fault, times]) => `${times} × ${fault}`).join(', ');
      throw new Error(`${name} failed under load: ${faults} among ${this.responses} responses.`);
    }
    const done = this.responses / requestsPerTurn;
    return {
      done,
      perSecond: done / ((this.lastResponseAt - this.start) / 1000),
      p50: median(this.latencies),
      p99: percentile(this.latencies, 0.99),
    };
  }

  /** A single wrong response invalidates all figures. */
  private fault(instance: Instance, what: string): void {
    this.wrong.set(what, (this.wrong.get(what) ?? 0) + 1);
    instance.stop();
  }
}

process.on('message', (job: Job) => {
  perform(job).then(
    (load) => process.send!({ load }),
    (error: unknown) => process.send!({ error: error instanceof Error ? error.message : String(error) }),
  );
});
// Exits with the parent process.
process.on('disconnect', () => process.exit());
