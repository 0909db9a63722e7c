import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FirstTier } from '../../../templates/cache/src/cache/first-tier.js';
import { TagNumbers } from '../../../templates/cache/src/cache/tag-numbers.js';

const tag = fc.constantFrom('a', 'b', 'c', 'd', 'e');

describe('TagNumbers', () => {
  it('never takes a tag for unchanged that was invalidated later, however few it may remember', () => {
    const history = fc.array(fc.uniqueArray(tag, { minLength: 1, maxLength: 3 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), history, tag, fc.nat(20), (limit, writes, read, since) => {
        const numbers = new TagNumbers(limit);
        for (const [at, tags] of writes.entries()) numbers.record(tags, at + 1);
        const wasChanged = writes.some((tags, at) => tags.includes(read) && at + 1 > since);
        if (wasChanged) expect(numbers.unchangedSince([read], since)).toBe(false);
        else if (limit > 4) expect(numbers.unchangedSince([read], since)).toBe(true);
      }),
    );
  });

  it('takes everything before the floor for changed', () => {
    const numbers = new TagNumbers();
    numbers.record(['a'], 3);
    numbers.reset(5);
    expect([4, 5].map((since) => numbers.unchangedSince(['b'], since))).toEqual([false, true]);
  });

  it('keeps the latest of numbers that arrive out of order', () => {
    const numbers = new TagNumbers();
    numbers.record(['a'], 7);
    numbers.record(['a'], 5);
    expect(numbers.unchangedSince(['a'], 6)).toBe(false);
  });
});

describe('FirstTier', () => {
  const entry = (number: number, epoch = 'e', body = 'x') => ({
    ...{ status: 200, statusMessage: undefined, headers: [], removedHeaders: [], external: [] },
    ...{ body: Buffer.from(body), tags: ['a'], storedAt: 0, expiresAt: Number.MAX_SAFE_INTEGER },
    token: { epoch, number },
  });
  const start = (number: number): FirstTier => {
    const tier = new FirstTier(10_000);
    tier.trust({ epoch: 'e', number }, tier.distrust());
    return tier;
  };

  it('neither keeps nor serves anything before it is trusted', () => {
    const tier = new FirstTier(10_000);
    tier.set('key', entry(1));
    tier.trust({ epoch: 'e', number: 0 }, tier.distrust());
    expect(tier.get('key')).toBeUndefined();
    tier.set('key', entry(1));
    expect(tier.get('key')).toBeDefined();
    tier.distrust();
    expect([tier.get('key'), tier.size]).toEqual([undefined, 0]);
  });

  it('is not trusted again when a new doubt arose while the position was read', () => {
    const tier = start(1);
    const ticket = tier.distrust();
    tier.distrust();
    expect(tier.trust({ epoch: 'e', number: 2 }, ticket)).toBe(false);
    expect(tier.isTrusted).toBe(false);
  });

  it('heeds invalidations that it heard of between the reading of the position and the trust', () => {
    const tier = start(1);
    const ticket = tier.distrust();
    tier.invalidate(['a'], { epoch: 'e', number: 9 });
    expect(tier.trust({ epoch: 'e', number: 8 }, ticket)).toBe(true);
    tier.set('key', entry(8));
    expect(tier.get('key')).toBeUndefined();
    tier.set('key', entry(9));
    expect(tier.get('key')).toBeDefined();
  });

  it('is not trusted at a position whose epoch is over', () => {
    const tier = start(1);
    const ticket = tier.distrust();
    tier.invalidate(['a'], { epoch: 'next', number: 1 });
    expect(tier.trust({ epoch: 'e', number: 8 }, ticket)).toBe(false);
  });

  it('tells when an invalidation is of another epoch, and keeps nothing of another', () => {
    const tier = start(1);
    expect(tier.invalidate(['a'], { epoch: 'next', number: 1 })).toBe(false);
    tier.set('key', entry(5, 'next'));
    expect(tier.get('key')).toBeUndefined();
  });

  it('counts headers, tags and keys as memory', () => {
    const tier = start(1);
    for (let at = 0; at < 100; at += 1) tier.set(`${at}`.padEnd(500, '.'), entry(1));
    expect(tier.size).toBeLessThan(10);
    expect(tier.bytes).toBeLessThanOrEqual(10_000);
  });

  it('forgets what expired', () => {
    const tier = start(1);
    tier.set('key', { ...entry(1), expiresAt: 100 });
    expect(tier.get('key', 99)).toBeDefined();
    expect(tier.get('key', 100)).toBeUndefined();
    expect(tier.size).toBe(0);
  });
});
