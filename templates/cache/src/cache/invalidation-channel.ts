import type { Redis } from 'ioredis';
import { withDeadline } from './breaker.js';
import type { Token } from './contracts.js';

const HEARTBEAT_EVERY_MS = 1000;
const HEARTBEAT_DEADLINE_MS = 1000;

export interface ChannelListener {
  /** From now on every invalidation arrives. */
  onUp(): void;
  /** Invalidations may be missed from now on. */
  onDown(): void;
  onInvalidation(tags: readonly string[], token: Token): void;
}

/**
 * Hears of the invalidations of all instances, on a connection of its own. A heartbeat finds the connection that looks
 * alive and delivers nothing, so that such a channel is believed for two seconds at most.
 */
export class InvalidationChannel {
  readonly #subscriber: Redis;
  readonly #channel: string;
  readonly #listener: ChannelListener;
  readonly #heartbeat: NodeJS.Timeout;
  #isUp = false;

  constructor(subscriber: Redis, channel: string, listener: ChannelListener) {
    this.#subscriber = subscriber;
    this.#channel = channel;
    this.#listener = listener;
    subscriber.on('ready', () => void this.#subscribe());
    subscriber.on('close', () => this.#down());
    subscriber.on('message', (_channel, message) => this.#receive(message));
    this.#heartbeat = setInterval(() => void this.#beat(), HEARTBEAT_EVERY_MS).unref();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#subscriber.disconnect();
  }

  async #subscribe(): Promise<void> {
    try {
      await withDeadline(this.#subscriber.subscribe(this.#channel), HEARTBEAT_DEADLINE_MS);
      this.#isUp = true;
      this.#listener.onUp();
    } catch {
      this.#reconnect();
    }
  }

  async #beat(): Promise<void> {
    if (!this.#isUp) return;
    try {
      await withDeadline(this.#subscriber.ping(), HEARTBEAT_DEADLINE_MS);
    } catch {
      this.#reconnect();
    }
  }

  #reconnect(): void {
    this.#down();
    this.#subscriber.disconnect(true);
  }

  #down(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#listener.onDown();
  }

  /** What cannot be read may be an invalidation: the channel has to be set up again. */
  #receive(message: string): void {
    try {
      const { tags, epoch, number } = JSON.parse(message) as Token & { tags: string[] };
      this.#listener.onInvalidation(tags, { epoch, number });
    } catch {
      this.#reconnect();
    }
  }
}
