import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING, type Token } from '../../../templates/cache/src/cache/contracts.js';
import type { Entry } from '../../../templates/cache/src/cache/entry.js';
import { SharedSequence, TAG_LIFETIME_MS } from '../../../templates/cache/src/cache/sequence.js';
import { MOST_SIGNATURES, parseSignature } from '../../../templates/cache/src/cache/signatures.js';
import { startRedis } from '../../support/redis.js';

const server = await startRedis();
const redis = new Redis(server.url);
const sequence = new SharedSequence(redis, 'app');

beforeEach(() => redis.flushall());
afterAll(() => redis.disconnect());

function entry(token: Token, tags: readonly string[] = ['a']): Entry {
  const now = Date.now();
  return {
    ...{ status: 200, statusMessage: undefined, removedHeaders: [], external: [], token },
    headers: [
      ['Content-Type', 'text/plain'],
      ['Link', ['<a>', '<b>']],
    ],
    body: Buffer.from([0, 255, 10, 13, 128]),
    tags: [EVERYTHING, ...tags],
    storedAt: now,
    expiresAt: now + 5000,
  };
}

const NO_INPUT = parseSignature('[]');
const variant = { route: 'route', signature: NO_INPUT, key: 'key' };

async function isServed(key = 'key'): Promise<boolean> {
  return (await sequence.lookup('route', [key])).hit !== undefined;
}

describe('the sequence', () => {
  it('gives back an entry as it was stored, the body byte for byte, with the position of the lookup', async () => {
    const stored = entry(await sequence.now());
    expect(await sequence.store(variant, stored)).toBe('stored');
    await sequence.invalidate(['other']);
    const { hit, token } = await sequence.lookup('route', ['unknown', 'key']);
    expect(hit).toEqual({ index: 1, entry: { ...stored, token } });
    expect(token.number).toBe(1);
  });

  it('tells on a miss which signatures the route has', async () => {
    const signature = parseSignature('[{"op":"get","on":"req","path":["headers","a"]}]');
    await sequence.store({ ...variant, signature }, entry(await sequence.now()));
    expect((await sequence.lookup('route', ['unknown'])).signatures).toEqual([signature.text]);
  });

  it('keeps a bounded number of signatures', async () => {
    for (let count = 0; count < MOST_SIGNATURES + 5; count += 1) {
      const signature = parseSignature(`[{"op":"get","on":"req","path":["${count}"]}]`);
      await sequence.store({ ...variant, signature, key: `${count}` }, entry(await sequence.now()));
    }
    expect((await sequence.lookup('route', [])).signatures).toHaveLength(MOST_SIGNATURES);
  });

  it('refuses a fill that raced with a write, and takes the next one', async () => {
    const before = await sequence.now();
    await sequence.invalidate(['a']);
    expect(await sequence.store(variant, entry(before))).toBe('invalidated meanwhile');
    expect(await isServed()).toBe(false);
    expect(await sequence.store(variant, entry(await sequence.now()))).toBe('stored');
    expect(await isServed()).toBe(true);
  });

  it('ends an entry with each of its tags, and all entries at once', async () => {
    for (const tag of ['a', 'b', EVERYTHING]) {
      await sequence.store(variant, entry(await sequence.now(), ['a', 'b']));
      expect(await isServed()).toBe(true);
      await sequence.invalidate([tag]);
      expect(await isServed()).toBe(false);
    }
  });

  it('does not serve an entry whose tag was evicted: it may have been invalidated', async () => {
    await sequence.store(variant, entry(await sequence.now()));
    await redis.del(await keyOf('tag:a'));
    expect(await isServed()).toBe(false);
  });

  it('refuses a fill whose tag was invalidated and evicted meanwhile', async () => {
    const before = await sequence.now();
    await sequence.invalidate(['a']);
    await redis.del(await keyOf('tag:a'));
    expect(await sequence.store(variant, entry(before))).toBe('invalidated meanwhile');
    expect(await sequence.store(variant, entry(await sequence.now()))).toBe('stored');
  });

  for (const [name, lose] of [
    ['Redis was emptied', () => redis.flushall()],
    ['the clock was evicted', () => redis.del('{app}:clock')],
  ] as const) {
    it(`begins a new epoch after ${name}: nothing older is served or stored`, async () => {
      await sequence.invalidate(['a']);
      const before = await sequence.now();
      await sequence.store(variant, entry(before));
      await lose();
      expect(await isServed()).toBe(false);
      expect((await sequence.now()).epoch).not.toBe(before.epoch);
      expect(await sequence.store(variant, entry(before))).toBe('invalidated meanwhile');
      expect(await sequence.store(variant, entry(await sequence.now()))).toBe('stored');
      expect(await isServed()).toBe(true);
    });
  }

  it('keeps what it knows of tags longer than entries live, and no key for ever but the clock', async () => {
    await sequence.store(variant, entry(await sequence.now()));
    const keys = await redis.keys('*');
    const lifetimes = new Map(
      await Promise.all(keys.map(async (key) => [key, await redis.pttl(key)] as const)),
    );
    for (const [key, lifetime] of lifetimes) {
      if (key.endsWith(':clock')) expect(lifetime).toBe(-1);
      else if (key.includes(':entry:')) expect(lifetime).toBeLessThanOrEqual(5000);
      else expect(lifetime).toBeGreaterThan(TAG_LIFETIME_MS - 5000);
    }
    expect(keys.every((key) => key.startsWith('{app}:'))).toBe(true);
    expect(keys).toHaveLength(5);
  });

  it('keeps applications apart', async () => {
    await sequence.store(variant, entry(await sequence.now()));
    const other = new SharedSequence(redis, 'other');
    expect((await other.lookup('route', ['key'])).hit).toBeUndefined();
  });
});

async function keyOf(name: string): Promise<string> {
  return `{app}:${(await sequence.now()).epoch}:${name}`;
}
