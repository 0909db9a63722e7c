import type { Redis } from 'ioredis';
import { Breaker, withDeadline } from './breaker.js';
import type { Token } from './contracts.js';
import type { Entry } from './entry.js';
import { FirstTier } from './first-tier.js';
import { InvalidationChannel } from './invalidation-channel.js';
import { recall } from './memory-store.js';
import { PendingInvalidations } from './pending-invalidations.js';
import { SharedSequence } from './sequence.js';
import { parseSignature, type Signature, SignatureTable } from './signatures.js';
import { type Found, type SaveOutcome, SIGNATURE_SHARE, type Store, type StoreState } from './store.js';
import type { Variant, Visit } from './visit.js';

export interface RedisStoreOptions {
  /** Commands on it fail at once while there is no connection, and it reconnects by itself. */
  readonly redis: Redis;
  /** A second such connection. */
  readonly subscriber: Redis;
  readonly namespace: string;
  readonly commandTimeoutMs: number;
  readonly firstTierBytes: number;
}

/** Entries in Redis, shared by all instances, and the latest of them in the memory of this one. */
export class RedisStore implements Store {
  readonly #redis: Redis;
  readonly #connected: Promise<unknown>;
  readonly #deadline: number;
  readonly #sequence: SharedSequence;
  readonly #channel: InvalidationChannel;
  readonly #breaker: Breaker;
  readonly #memory: FirstTier;
  readonly #signatures: SignatureTable;
  readonly #pending = new PendingInvalidations();

  constructor(options: RedisStoreOptions) {
    this.#redis = options.redis;
    this.#connected = new Promise((resolve) => options.redis.once('ready', resolve));
    this.#deadline = options.commandTimeoutMs;
    this.#memory = new FirstTier(options.firstTierBytes);
    this.#signatures = new SignatureTable(options.firstTierBytes * SIGNATURE_SHARE);
    this.#sequence = new SharedSequence(options.redis, options.namespace);
    this.#breaker = new Breaker({
      deadlineMs: options.commandTimeoutMs,
      probe: () => this.#recover(),
      onOpen: () => this.#memory.distrust(),
    });
    this.#channel = new InvalidationChannel(options.subscriber, this.#sequence.channel, {
      onUp: () => this.#resynchronise(),
      onDown: () => this.#memory.distrust(),
      onInvalidation: (tags, token) => this.#apply(tags, token),
    });
  }

  recall(visit: Visit): Entry | undefined {
    return recall(visit, this.#memory, this.#signatures);
  }

  async find(visit: Visit): Promise<Found> {
    const first = await this.#lookUp(visit);
    const learned = first.entry === undefined && first.learned;
    return learned ? this.#lookUp(visit) : first;
  }

  async save(variant: Variant, entry: Entry, shareable: boolean): Promise<SaveOutcome> {
    this.#signatures.add(variant.route, variant.signature);
    this.#memory.set(variant.key, entry);
    if (!shareable) return this.#memory.isCurrent(entry) ? 'stored' : 'invalidated meanwhile';
    const shared = await this.#command(() => this.#sequence.store(variant, entry));
    return this.#memory.isCurrent(entry) ? 'stored' : shared;
  }

  /**
   * A writer is not held up by a Redis that does not answer. This instance then serves nothing until it has published what
   * is pending.
   */
  async invalidate(tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return;
    try {
      this.#apply(tags, await this.#command(() => this.#sequence.invalidate(tags)));
    } catch {
      this.#pending.add(tags);
      this.#memory.distrust();
      this.#breaker.trip();
    }
  }

  signatures(route: string): readonly Signature[] {
    return this.#signatures.of(route);
  }

  state(): StoreState {
    return {
      redis: this.#breaker.isOpen || this.#redis.status !== 'ready' ? 'unavailable' : 'connected',
      firstTierTrusted: this.#memory.isTrusted,
      firstTierEntries: this.#memory.size,
      firstTierBytes: this.#memory.bytes,
    };
  }

  async close(): Promise<void> {
    this.#breaker.stop();
    this.#channel.close();
    this.#redis.disconnect();
    this.#memory.distrust();
  }

  /** The first commands wait for the first connection, within their deadline. */
  #command<T>(send: () => Promise<T>): Promise<T> {
    return this.#breaker.run(() => this.#connected.then(send));
  }

  async #lookUp(visit: Visit): Promise<Found & { learned: boolean }> {
    const known = this.#signatures.of(visit.route);
    const keys = known.map((signature) => visit.variantKey(signature));
    const { token, hit, signatures } = await this.#command(() => this.#sequence.lookup(visit.route, keys));
    this.#apply([], token);
    const key = keys[hit?.index ?? -1];
    if (hit !== undefined && key !== undefined) this.#memory.set(key, hit.entry);
    return { token, entry: hit?.entry, learned: this.#learn(visit.route, signatures) };
  }

  #learn(route: string, texts: readonly string[]): boolean {
    const before = this.#signatures.of(route).length;
    for (const text of texts) this.#signatures.add(route, parseSignature(text));
    return this.#signatures.of(route).length > before;
  }

  #apply(tags: readonly string[], token: Token): void {
    if (!this.#memory.invalidate(tags, token)) this.#resynchronise();
  }

  #resynchronise(): void {
    this.#recover().catch(() => this.#breaker.trip());
  }

  /**
   * What this instance must do before it relies on Redis again: publish what it could not, then learn where the sequence
   * stands. The position is read after the channel was joined, so that no invalidation falls between the two.
   */
  async #recover(): Promise<void> {
    const ticket = this.#memory.distrust();
    const channelIsUp = this.#channel.isUp;
    await this.#pending.drain((tags) => this.#bounded(this.#sequence.invalidate(tags)));
    const token = await this.#bounded(this.#connected.then(() => this.#sequence.now()));
    if (channelIsUp && !this.#memory.trust(token, ticket)) throw new Error('the sequence changed meanwhile');
  }

  #bounded<T>(command: Promise<T>): Promise<T> {
    return withDeadline(command, this.#deadline);
  }
}
