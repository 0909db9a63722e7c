import { LRUCache } from 'lru-cache';
import type { Token } from './contracts.js';
import { type Entry, entrySize } from './entry.js';
import { TagNumbers } from './tag-numbers.js';

/**
 * Entries in the memory of this process, bounded in bytes. It answers only while it is trusted: while every
 * invalidation is certain to arrive here.
 */
export class FirstTier {
  readonly #entries: LRUCache<string, Entry>;
  readonly #tags: TagNumbers;
  #epoch: string | undefined;
  /** The latest position that was heard of while the tier was not trusted. */
  #heard: Token | undefined;
  #doubts = 0;

  constructor(maxBytes: number, tags: TagNumbers = new TagNumbers()) {
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: maxBytes,
      sizeCalculation: (entry, key) => entrySize(key, entry),
    });
    this.#tags = tags;
  }

  get isTrusted(): boolean {
    return this.#epoch !== undefined;
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, now: number = Date.now()): Entry | undefined {
    if (!this.isTrusted) return undefined;
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.isCurrent(entry) && entry.expiresAt > now) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, entry: Entry): void {
    if (this.isCurrent(entry)) this.#entries.set(key, entry);
  }

  isCurrent(entry: Pick<Entry, 'token' | 'tags'>): boolean {
    if (entry.token.epoch !== this.#epoch) return false;
    return this.#tags.unchangedSince(entry.tags, entry.token.number);
  }

  /** False when `token` is of another epoch: the tier then knows too little to go on. */
  invalidate(tags: readonly string[], token: Token): boolean {
    if (!this.isTrusted) this.#heard = later(token, this.#heard);
    else if (token.epoch === this.#epoch) this.#tags.record(tags, token.number);
    else return false;
    return true;
  }

  /** Empties the tier until it is trusted again, which takes the ticket that this call returns. */
  distrust(): number {
    this.#epoch = undefined;
    this.#heard = undefined;
    this.#entries.clear();
    this.#doubts += 1;
    return this.#doubts;
  }

  /** From `token` on, every invalidation arrived here. False if a doubt arose after `ticket` was given. */
  trust(token: Token, ticket: number): boolean {
    const latest = later(token, this.#heard);
    if (ticket !== this.#doubts || latest.epoch !== token.epoch) return false;
    this.#tags.reset(latest.number);
    this.#epoch = token.epoch;
    return true;
  }
}

/** Of different epochs, the one that was heard of. */
function later(token: Token, heard: Token | undefined): Token {
  if (heard === undefined) return token;
  if (heard.epoch !== token.epoch) return heard;
  return heard.number > token.number ? heard : token;
}
