import { LRUCache } from 'lru-cache';

/** Requests do not queue for a while behind a response that turned out not to be cacheable. */
const PASS_FOR_MS = 5000;
const MOST_PASSES = 10_000;

export interface Flight {
  /** Lets the waiting requests go on: to the entry, or each to its own run. Can be called more than once. */
  land(stored: boolean): void;
}

/** One run of a chain per key and process: the others wait for what it finds. */
export class Flights {
  readonly #landings = new Map<string, Promise<boolean>>();
  readonly #passes = new LRUCache<string, true>({ max: MOST_PASSES, ttl: PASS_FOR_MS });

  get size(): number {
    return this.#landings.size;
  }

  /** Undefined: nobody is computing this, or waiting for it was in vain a moment ago. */
  landing(key: string): Promise<boolean> | undefined {
    return this.#passes.has(key) ? undefined : this.#landings.get(key);
  }

  /** While another flight with this key is under way, the new one is nobody's to wait for. */
  lead(key: string): Flight {
    if (this.#landings.has(key) || this.#passes.has(key)) return { land: () => undefined };
    let resolve: (stored: boolean) => void = () => undefined;
    this.#landings.set(key, new Promise<boolean>((settle) => (resolve = settle)));
    return { land: (stored) => this.#land(key, stored, resolve) };
  }

  #land(key: string, stored: boolean, resolve: (stored: boolean) => void): void {
    resolve(stored);
    this.#landings.delete(key);
    if (!stored) this.#passes.set(key, true);
  }
}

/** Resolves with false when the flight takes longer than `milliseconds`. */
export function waitFor(landing: Promise<boolean>, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), milliseconds);
    landing.then((stored) => {
      clearTimeout(timer);
      resolve(stored);
    });
  });
}
