import { EVERYTHING } from './contracts.js';

const MOST_TAGS = 10_000;

/** Tags whose invalidation Redis has not confirmed. */
export class PendingInvalidations {
  #tags = new Set<string>();

  get size(): number {
    return this.#tags.size;
  }

  add(tags: Iterable<string>): void {
    for (const tag of tags) this.#tags.add(tag);
    if (this.#tags.size > MOST_TAGS) this.#tags = new Set([EVERYTHING]);
  }

  /** Rejects when `publish` does; the tags then stay pending. Resolves when none is left, late ones included. */
  async drain(publish: (tags: readonly string[]) => Promise<unknown>): Promise<void> {
    while (this.#tags.size > 0) {
      const batch = this.#tags;
      this.#tags = new Set();
      try {
        await publish([...batch]);
      } catch (error) {
        this.add(batch);
        throw error;
      }
    }
  }
}
