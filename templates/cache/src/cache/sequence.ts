import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { LONGEST_TTL_SECONDS } from './config.js';
import type { Token } from './contracts.js';
import { decodeEntry, type Entry, encodeEntry } from './entry.js';
import { defineScripts, type ScriptCommands } from './redis-scripts.js';
import { MOST_SIGNATURES } from './signatures.js';
import type { SaveOutcome } from './store.js';
import type { Variant } from './visit.js';

/** Longer than any entry lives: while an entry exists, so does what is known of its tags. */
export const TAG_LIFETIME_MS = (LONGEST_TTL_SECONDS + 60 * 60) * 1000;

export interface SharedLookup {
  readonly token: Token;
  /** The first valid one of the variants that were asked for. */
  readonly hit: { readonly index: number; readonly entry: Entry } | undefined;
  /** On a miss: the signatures of the route's variants. */
  readonly signatures: readonly string[];
}

/** The sequence of invalidations and the entries that all instances share. Every method is one atomic script. */
export class SharedSequence {
  readonly channel: string;
  readonly #clock: string;
  readonly #scripts: ScriptCommands;

  constructor(redis: Redis, namespace: string) {
    this.#clock = `{${namespace}}:clock`;
    this.channel = `{${namespace}}:invalidations`;
    this.#scripts = defineScripts(redis);
  }

  async now(): Promise<Token> {
    return readToken(await this.#scripts.cacheClock(this.#clock, randomUUID()));
  }

  async lookup(route: string, variants: readonly string[]): Promise<SharedLookup> {
    const values = [randomUUID(), route, ...variants];
    const reply = asList(await this.#scripts.cacheLookupBuffer(this.#clock, ...values));
    const token = readToken(reply);
    const [, , index, data, signatures] = reply;
    const hit =
      Number(index) >= 0 ? { index: Number(index), entry: decodeEntry(data as Buffer, token) } : undefined;
    return { token, hit, signatures: asList(signatures).map(String) };
  }

  async store(variant: Variant, entry: Entry): Promise<SaveOutcome> {
    const { token, tags } = entry;
    const lifetime = Math.max(1, Math.round(entry.expiresAt - Date.now()));
    const values = [randomUUID(), token.epoch, token.number, TAG_LIFETIME_MS, MOST_SIGNATURES];
    const what = [
      variant.route,
      variant.signature.text,
      variant.key,
      lifetime,
      JSON.stringify(tags),
      encodeEntry(entry),
    ];
    return (await this.#scripts.cacheStore(this.#clock, ...values, ...what)) as SaveOutcome;
  }

  async invalidate(tags: readonly string[]): Promise<Token> {
    const values = [randomUUID(), this.channel, TAG_LIFETIME_MS, ...tags];
    return readToken(await this.#scripts.cacheInvalidate(this.#clock, ...values));
  }
}

function asList(reply: unknown): unknown[] {
  if (!Array.isArray(reply)) throw new Error('Redis answered a cache script with something unknown');
  return reply;
}

function readToken(reply: unknown): Token {
  const [epoch, number] = asList(reply);
  return { epoch: String(epoch), number: Number(number) };
}
