import { BreakerOpen } from './breaker.js';

const MOST_REASONS = 200;
const MOST_REPORTED = 20;

/** Counts since the process started. */
export interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
  readonly stored: number;
  /** Requests that went past the cache, by reason. */
  readonly bypassed: Readonly<Record<string, number>>;
  /** Responses that were not kept, by reason. */
  readonly notStored: Readonly<Record<string, number>>;
  /** Failures of the cache itself; none of them failed a request. */
  readonly errors: number;
}

export class Statistics {
  #hits = 0;
  #misses = 0;
  #stored = 0;
  #errors = 0;
  readonly #bypassed = new Map<string, number>();
  readonly #notStored = new Map<string, number>();
  readonly #reported = new Set<string>();
  readonly #log: (message: string) => void;

  constructor(log: (message: string) => void) {
    this.#log = log;
  }

  hit(): void {
    this.#hits += 1;
  }

  miss(): void {
    this.#misses += 1;
  }

  saved(): void {
    this.#stored += 1;
  }

  bypass(reason: string): void {
    count(this.#bypassed, reason);
  }

  refused(reason: string): void {
    count(this.#notStored, reason);
  }

  /** Each kind is logged once: what goes wrong for one request goes wrong for thousands. An open breaker is no new failure. */
  error(error: unknown): void {
    if (error instanceof BreakerOpen) return;
    this.#errors += 1;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : 'an unknown error';
    if (this.#reported.has(message) || this.#reported.size >= MOST_REPORTED) return;
    this.#reported.add(message);
    this.#log(`The response cache was bypassed, requests are not affected. ${message}`);
  }

  counts(): CacheCounts {
    return {
      hits: this.#hits,
      misses: this.#misses,
      stored: this.#stored,
      bypassed: Object.fromEntries(this.#bypassed),
      notStored: Object.fromEntries(this.#notStored),
      errors: this.#errors,
    };
  }
}

function count(counts: Map<string, number>, reason: string): void {
  const key = counts.has(reason) || counts.size < MOST_REASONS ? reason : 'other';
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
