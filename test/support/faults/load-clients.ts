import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../random.js';
import { queryRaw } from '../database/raw-database.js';

/** Lines of every rental here: a rental with fewer was stored in part. */
const linesOfRent = 2;

/** Time limit for the acknowledgments that a test waits for. */
const acknowledgmentTimeoutMs = 120_000;

interface Stock {
  /** Copies to rent and return. */
  readonly toRent: number;
  /** Copies of each movie that is added. */
  readonly perMovie: number;
}

/** Rows that contradict what the service acknowledged. */
interface Anomalies {
  /** Acknowledged writes that are missing. */
  readonly lostWrites: string[];
  /** Writes of which only a part is stored. */
  readonly partialWrites: string[];
}

/**
 * Load on a service while faults are injected: clients rent two copies at a time, return them, and add movies with
 * copies. Acknowledged writes are recorded; a request without a response may have been executed or not.
 */
export class LoadClients {
  /** The number of responses of each kind: "201", "409", "503", "503 with Retry-After". */
  readonly responses: Record<string, number> = {};
  /** The time of the slowest response. */
  maxResponseMs = 0;

  private readonly rents = new Map<number, readonly number[]>();
  private readonly closed = new Set<number>();
  private readonly movies = new Set<number>();
  /** Rentals to close, each by one client. */
  private readonly open = new Set<number>();
  private readonly watchers = new Set<() => void>();

  private genreId!: number;
  private clientId!: number;
  private copyIds!: number[];

  private constructor(
    /** The URL of the service, which may change at a restart. */
    public url: string,
    private readonly random: Random,
    private readonly stock: Stock,
  ) {}

  /** Creates the rows that the requests refer to. */
  static async create(url: string, random: Random, stock: Stock): Promise<LoadClients> {
    const clients = new LoadClients(url, random, stock);
    const post = async (path: string, body: object) =>
      (await (await clients.send('POST', path, body)).json()) as { id: number; copies: { id: number }[] };
    clients.genreId = (await post('/genres', { name: 'Load' })).id;
    clients.clientId = (await post('/clients', { first_name: 'A', last_name: 'Client', address: 'A Road' })).id;
    const rented = { title: 'Rented', year: 1999, genre_id: clients.genreId, stock: stock.toRent };
    clients.copyIds = (await post('/movies/with_stock', rented)).copies.map(({ id }) => id);
    return clients;
  }

  get acknowledged(): { readonly movies: number; readonly rents: number; readonly closed: number } {
    return { movies: this.movies.size, rents: this.rents.size, closed: this.closed.size };
  }

  /** The counts of acknowledged writes and of responses, for a report. */
  get figures(): Readonly<Record<string, number>> {
    const responses = Object.entries(this.responses).map(([kind, count]) => [`responses ${kind}`, count] as const);
    return {
      ...this.acknowledged,
      ...Object.fromEntries(responses),
      'slowest response in ms': Math.round(this.maxResponseMs),
    };
  }

  /** The kinds of responses that no valid request may get under any injected fault. */
  get unexpected(): string[] {
    const expected = ['200', '201', '409', '503 with Retry-After'];
    return Object.keys(this.responses).filter((kind) => !expected.includes(kind));
  }

  /** Waits until `count` more writes are acknowledged, of movies only or of all kinds. */
  async untilAcknowledged(count: number, kind?: 'movies'): Promise<void> {
    const sum = ({ movies, rents, closed }: LoadClients['acknowledged']) => (kind ? movies : movies + rents + closed);
    const target = sum(this.acknowledged) + count;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.watchers.delete(watch);
        reject(new Error(`Fewer than ${count} more were acknowledged within ${acknowledgmentTimeoutMs} ms.`));
      }, acknowledgmentTimeoutMs);
      const watch = (): void => {
        if (sum(this.acknowledged) < target) return;
        clearTimeout(timer);
        this.watchers.delete(watch);
        resolve();
      };
      this.watchers.add(watch);
      watch();
    });
  }

  /** Rents copies, or closes a rental. */
  async rentOrReturn(): Promise<void> {
    const [rentId] = this.open;
    if (rentId === undefined || this.random.below(2) === 0) return this.rent();
    this.open.delete(rentId);
    const { status } = await this.send('PUT', `/movie_rents/${rentId}/close`);
    if (status === 200) this.acknowledge(() => this.closed.add(rentId));
    else this.open.add(rentId);
  }

  async addMovie(): Promise<void> {
    const movie = { title: 'Added', year: 1999, genre_id: this.genreId, stock: this.stock.perMovie };
    const id = idIn(await this.send('POST', '/movies/with_stock', movie));
    if (id !== undefined) this.acknowledge(() => this.movies.add(id));
  }

  /** Repeats `operation` until the service refuses connections. */
  async repeatUntilDisconnected(operation: () => Promise<void>): Promise<void> {
    try {
      for (;;) await operation();
    } catch (error) {
      // The messages of fetch() when the connection is refused or closed.
      if (!/^(fetch failed|terminated)$/.test((error as Error).message)) throw error;
    }
  }

  /** Starts `perSecond` operations each second, whether or not earlier ones have ended, while `job` runs. */
  async runAtRate(perSecond: number, job: Promise<unknown>): Promise<void> {
    let isDone = false;
    const failures: unknown[] = [];
    const jobs: Promise<unknown>[] = [];
    const track = (operation: Promise<unknown>) => jobs.push(operation.catch((error: unknown) => failures.push(error)));
    track(job.finally(() => (isDone = true)));
    const begun = performance.now();
    while (!isDone && failures.length === 0) {
      const due = Math.floor(((performance.now() - begun) / 1000) * perSecond);
      // One operation in twenty adds a movie.
      while (jobs.length < due) track(jobs.length % 20 === 0 ? this.addMovie() : this.rentOrReturn());
      await pause(5);
    }
    await Promise.all(jobs);
    if (failures.length > 0) throw failures[0];
  }

  /** Compares the rows with the acknowledged writes. Rentals whose responses were lost become rentals to close. */
  async anomalies(databaseUrl: string): Promise<Anomalies> {
    const lostWrites: string[] = [];
    const partialWrites: string[] = [];
    const movies = await queryRaw<{ id: number; copies: number | string }>(
      databaseUrl,
      `SELECT movie.id, COUNT(movie_copy.id) AS copies FROM movie LEFT JOIN movie_copy ON movie_id = movie.id
       WHERE title = 'Added' GROUP BY movie.id`,
    );
    for (const { id, copies } of movies) if (Number(copies) !== this.stock.perMovie) partialWrites.push(`movie ${id}`);
    const movieIds = new Set(movies.map(({ id }) => id));
    for (const id of this.movies) if (!movieIds.has(id)) lostWrites.push(`movie ${id}`);

    const lines = await queryRaw<{ rent: number; copy: number; returned: string | null }>(
      databaseUrl,
      `SELECT movie_rent.id AS rent, movie_copy_id AS copy, returned_datetime AS returned
       FROM movie_rent LEFT JOIN movie_rent_detail ON movie_rent_id = movie_rent.id ORDER BY movie_rent_detail.id`,
    );
    const stored = new Map<number, { copies: number[]; returned: number }>();
    for (const { rent, copy, returned } of lines) {
      const found = stored.get(rent) ?? { copies: [], returned: 0 };
      stored.set(rent, found);
      found.copies.push(copy);
      if (returned) found.returned++;
    }
    for (const [id, { copies, returned }] of stored) {
      if (copies.length !== linesOfRent || ![0, linesOfRent].includes(returned)) partialWrites.push(`rent ${id}`);
      if (returned === 0) this.open.add(id);
    }
    for (const [id, copies] of this.rents) {
      if (stored.get(id)?.copies.join() !== copies.join()) lostWrites.push(`rent ${id}`);
    }
    for (const id of this.closed) if (stored.get(id)?.returned === 0) lostWrites.push(`closing of rent ${id}`);
    return { lostWrites, partialWrites };
  }

  private async rent(): Promise<void> {
    const copies = this.random.sample(this.copyIds, linesOfRent);
    const details = copies.map((id) => ({ movie_copy_id: id }));
    const id = idIn(await this.send('POST', '/movie_rents', { client_id: this.clientId, details }));
    if (id === undefined) return;
    this.acknowledge(() => this.rents.set(id, copies));
    this.open.add(id);
  }

  private acknowledge(record: () => void): void {
    record();
    for (const watch of this.watchers) watch();
  }

  private async send(method: string, path: string, body?: object): Promise<Response> {
    const begun = performance.now();
    const headers = { 'Content-Type': 'application/json', 'Accept-Encoding': 'identity' };
    const response = await fetch(this.url + path, { method, headers, body: JSON.stringify(body) });
    // A response counts once it is complete.
    const text = await response.text();
    this.maxResponseMs = Math.max(this.maxResponseMs, performance.now() - begun);
    const kind = `${response.status}${response.headers.has('Retry-After') ? ' with Retry-After' : ''}`;
    this.responses[kind] = (this.responses[kind] ?? 0) + 1;
    return new Response(text, { status: response.status, headers: response.headers });
  }
}

/** Returns the id in the Location of a 201. */
function idIn({ status, headers }: Response): number | undefined {
  return status === 201 ? Number(/\d+$/.exec(headers.get('Location')!)![0]) : undefined;
}
