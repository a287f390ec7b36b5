import { setInterval } from 'node:timers';
import { ServiceUnavailable } from '../../kernel/domain-error.js';

/** Milliseconds that work is left alone before somebody asks whether the server is still there, and between asking. */
const patience = 500;

/**
 * Tells a server that is busy from one that is gone without a word: frozen, or behind a network that lets nothing
 * through. A busy one is waited for, since it will answer; a connection to one that is gone may hang for minutes.
 * So, as long as work is under way, somebody asks elsewhere whether the server answers at all. Where nobody answers
 * in time, but some of the work came to an end meanwhile, it is only too busy for newcomers.
 */
export class Vigil {
  private readonly watched = new Set<(cause: unknown) => void>();
  private asking = false;
  /** How often work came to an end that the server had a part in, be it a refusal. */
  private signsOfLife = 0;

  /** @param ask fails where the server doesn't answer; it has to come to an end by itself */
  constructor(private readonly ask: () => Promise<void>) {}

  /** Does `job`, which `abandon` has to bring to an end where the server turns out to be gone. */
  async during<Result>(abandon: (cause: unknown) => void, job: () => Promise<Result>): Promise<Result> {
    const watch = setInterval(() => void this.askOnce(), patience);
    this.watched.add(abandon);
    try {
      const result = await job();
      this.signsOfLife++;
      return result;
    } catch (error) {
      if (!(error instanceof ServiceUnavailable)) this.signsOfLife++;
      throw error;
    } finally {
      clearInterval(watch);
      this.watched.delete(abandon);
    }
  }

  private async askOnce(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const before = this.signsOfLife;
    try {
      await this.ask();
    } catch (error) {
      if (this.signsOfLife > before) return;
      for (const abandon of this.watched) abandon(error);
    } finally {
      this.asking = false;
    }
  }
}
