import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from './random.js';
import type { Witness } from './raw-database.js';

/** What a rental here always has: with less of it, it is half a rental. */
const linesOfRent = 2;

/** Milliseconds after which a service that acknowledges too little has failed. */
const limitMs = 120_000;

interface Stock {
  /** Copies that are lent and taken back. */
  readonly toLend: number;
  /** Copies that each movie comes with that is added meanwhile. */
  readonly ofMovie: number;
}

/** What was done to the shop's data, other than what was acknowledged. */
interface Damage {
  /** Acknowledged, and not there. */
  readonly lost: string[];
  /** There, but not whole. */
  readonly half: string[];
}

/**
 * Clerks who lend two copies at a time, take them back and add movies with their copies, while the service they work
 * with is ill-treated. What it acknowledged is remembered; a request that it didn't answer may have been done or not.
 */
export class Clerks {
  /** How many answers there were of each kind: "201", "409", "503", "503 with Retry-After". */
  readonly answers: Record<string, number> = {};
  /** Milliseconds that the slowest answer took. */
  longestWait = 0;

  private readonly rents = new Map<number, readonly number[]>();
  private readonly closed = new Set<number>();
  private readonly movies = new Set<number>();
  /** Rentals to close: each is closed by one clerk. */
  private readonly open = new Set<number>();
  private readonly watches = new Set<() => void>();

  private genreId!: number;
  private clientId!: number;
  private copyIds!: number[];

  private constructor(
    /** Where the service is; it may move. */
    public url: string,
    private readonly random: Random,
    private readonly stock: Stock,
  ) {}

  static async enter(url: string, random: Random, stock: Stock): Promise<Clerks> {
    const clerks = new Clerks(url, random, stock);
    const made = async (path: string, body: object) =>
      (await (await clerks.send('POST', path, body)).json()) as { id: number; copies: { id: number }[] };
    clerks.genreId = (await made('/genres', { name: 'Storms' })).id;
    clerks.clientId = (await made('/clients', { first_name: 'A', last_name: 'Client', address: 'A Road' })).id;
    const lent = { title: 'Lent', year: 1999, genre_id: clerks.genreId, stock: stock.toLend };
    clerks.copyIds = (await made('/movies/with_stock', lent)).copies.map(({ id }) => id);
    return clerks;
  }

  get acknowledged(): { readonly movies: number; readonly rents: number; readonly closed: number } {
    return { movies: this.movies.size, rents: this.rents.size, closed: this.closed.size };
  }

  /** All of that, for a report. */
  get figures(): Readonly<Record<string, number>> {
    const answers = Object.entries(this.answers).map(([kind, count]) => [`answers ${kind}`, count] as const);
    return {
      ...this.acknowledged,
      ...Object.fromEntries(answers),
      'longest wait in ms': Math.round(this.longestWait),
    };
  }

  /** Kinds of answers that no good request may get, whatever happens to the service. */
  get unexpected(): string[] {
    const expected = ['200', '201', '409', '503 with Retry-After'];
    return Object.keys(this.answers).filter((kind) => !expected.includes(kind));
  }

  /** Waits until `count` more of a kind, or of all together, are acknowledged. */
  async untilAcknowledged(count: number, kind?: 'movies'): Promise<void> {
    const sum = ({ movies, rents, closed }: Clerks['acknowledged']) => (kind ? movies : movies + rents + closed);
    const aim = sum(this.acknowledged) + count;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.watches.delete(watch);
        reject(new Error(`Fewer than ${count} more were acknowledged within ${limitMs} ms.`));
      }, limitMs);
      const watch = (): void => {
        if (sum(this.acknowledged) < aim) return;
        clearTimeout(timer);
        this.watches.delete(watch);
        resolve();
      };
      this.watches.add(watch);
      watch();
    });
  }

  /** Lends, or takes back what was lent. */
  async lendOrTakeBack(): Promise<void> {
    const [rentId] = this.open;
    if (rentId === undefined || this.random.below(2) === 0) return this.lend();
    this.open.delete(rentId);
    const { status } = await this.send('PUT', `/movie_rents/${rentId}/close`);
    if (status === 200) this.acknowledge(() => this.closed.add(rentId));
    else this.open.add(rentId);
  }

  async addMovie(): Promise<void> {
    const movie = { title: 'Stormy', year: 1999, genre_id: this.genreId, stock: this.stock.ofMovie };
    const id = idIn(await this.send('POST', '/movies/with_stock', movie));
    if (id !== undefined) this.acknowledge(() => this.movies.add(id));
  }

  /** Does `deed` again and again, until the service is gone. */
  async untilGone(deed: () => Promise<void>): Promise<void> {
    try {
      for (;;) await deed();
    } catch (error) {
      // What fetch throws where no server answers any more.
      if (!/^(fetch failed|terminated)$/.test((error as Error).message)) throw error;
    }
  }

  /** Begins `perSecond` deeds each second, whether or not those before are done, for as long as `job` takes. */
  async keepBusy(perSecond: number, job: Promise<unknown>): Promise<void> {
    let isOver = false;
    const failures: unknown[] = [];
    const jobs: Promise<unknown>[] = [];
    const begin = (deed: Promise<unknown>) => jobs.push(deed.catch((error: unknown) => failures.push(error)));
    begin(job.finally(() => (isOver = true)));
    const begun = performance.now();
    while (!isOver && failures.length === 0) {
      const due = Math.floor(((performance.now() - begun) / 1000) * perSecond);
      // One deed in twenty adds a movie.
      while (jobs.length < due) begin(jobs.length % 20 === 0 ? this.addMovie() : this.lendOrTakeBack());
      await pause(5);
    }
    await Promise.all(jobs);
    if (failures.length > 0) throw failures[0];
  }

  /** Compares what was acknowledged with what is there, and learns of the rentals that were never acknowledged. */
  async damage(witness: Witness): Promise<Damage> {
    const [lost, half]: string[][] = [[], []];
    const movies = await witness.rows<{ id: number; copies: number | string }>(
      `SELECT movie.id, COUNT(movie_copy.id) AS copies FROM movie LEFT JOIN movie_copy ON movie_id = movie.id
       WHERE title = 'Stormy' GROUP BY movie.id`,
    );
    for (const { id, copies } of movies) if (Number(copies) !== this.stock.ofMovie) half!.push(`movie ${id}`);
    const movieIds = new Set(movies.map(({ id }) => id));
    for (const id of this.movies) if (!movieIds.has(id)) lost!.push(`movie ${id}`);

    const lines = await witness.rows<{ rent: number; copy: number; returned: string | null }>(
      `SELECT movie_rent.id AS rent, movie_copy_id AS copy, returned_datetime AS returned
       FROM movie_rent LEFT JOIN movie_rent_detail ON movie_rent_id = movie_rent.id ORDER BY movie_rent_detail.id`,
    );
    const there = new Map<number, { copies: number[]; returned: number }>();
    for (const { rent, copy, returned } of lines) {
      const found = there.get(rent) ?? { copies: [], returned: 0 };
      there.set(rent, found);
      found.copies.push(copy);
      if (returned) found.returned++;
    }
    for (const [id, { copies, returned }] of there) {
      if (copies.length !== linesOfRent || ![0, linesOfRent].includes(returned)) half!.push(`rent ${id}`);
      if (returned === 0) this.open.add(id);
    }
    for (const [id, copies] of this.rents) {
      if (there.get(id)?.copies.join() !== copies.join()) lost!.push(`rent ${id}`);
    }
    for (const id of this.closed) if (there.get(id)?.returned === 0) lost!.push(`closing of rent ${id}`);
    return { lost: lost!, half: half! };
  }

  private async lend(): Promise<void> {
    const copies = this.random.sample(this.copyIds, linesOfRent);
    const details = copies.map((id) => ({ movie_copy_id: id }));
    const id = idIn(await this.send('POST', '/movie_rents', { client_id: this.clientId, details }));
    if (id === undefined) return;
    this.acknowledge(() => this.rents.set(id, copies));
    this.open.add(id);
  }

  private acknowledge(remember: () => void): void {
    remember();
    for (const watch of this.watches) watch();
  }

  private async send(method: string, path: string, body?: object): Promise<Response> {
    const begun = performance.now();
    const headers = { 'Content-Type': 'application/json', 'Accept-Encoding': 'identity' };
    const answer = await fetch(this.url + path, { method, headers, body: JSON.stringify(body) });
    // An answer is one when all of it has come.
    const text = await answer.text();
    this.longestWait = Math.max(this.longestWait, performance.now() - begun);
    const kind = `${answer.status}${answer.headers.has('Retry-After') ? ' with Retry-After' : ''}`;
    this.answers[kind] = (this.answers[kind] ?? 0) + 1;
    return new Response(text, { status: answer.status, headers: answer.headers });
  }
}

/** What a 201 says it made. */
function idIn({ status, headers }: Response): number | undefined {
  return status === 201 ? Number(/\d+$/.exec(headers.get('Location')!)![0]) : undefined;
}
