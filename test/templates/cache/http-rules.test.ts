import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNotModified, preconditionsOf } from '../../../templates/cache/src/cache/conditional.js';
import { readConfig } from '../../../templates/cache/src/cache/config.js';
import { decodeEntry, encodeEntry, type HeaderField } from '../../../templates/cache/src/cache/entry.js';
import { signatureOf } from '../../../templates/cache/src/cache/signatures.js';
import { lifetime, responseRefusal } from '../../../templates/cache/src/cache/storability.js';

describe('the lifetime that a response declares', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const cases: [string, HeaderField[], number][] = [
    ['nothing', [], 60],
    ['max-age below the ttl', [['Cache-Control', 'max-age=10']], 10],
    ['max-age above the ttl', [['Cache-Control', 'max-age=100']], 60],
    ['s-maxage before max-age', [['cache-control', 'max-age=5, s-maxage=20']], 20],
    [
      'max-age before Expires',
      [
        ['Cache-Control', 'max-age=20'],
        ['Expires', 'Thu, 01 Jan 1970 00:00:00 GMT'],
      ],
      20,
    ],
    ['Expires', [['Expires', 'Thu, 01 Jan 2026 00:00:30 GMT']], 30],
    ['an Expires that is no date', [['Expires', 'never']], 0],
    ['a max-age that is no number', [['Cache-Control', "max-age='30'"]], 0],
    ['a negative max-age', [['Cache-Control', 'max-age=-1']], 0],
    ['a quoted max-age', [['Cache-Control', 'max-age="30"']], 30],
    ['a max-age inside of another directive', [['Cache-Control', 'extension="max-age=1", max-age=30']], 30],
    ['two of them', [['Cache-Control', ['max-age=40', 'max-age=30']]], 30],
  ];
  it.each(cases)('%s', (_name, headers, seconds) => {
    expect(lifetime(headers, 0, 60, now)).toBe(seconds);
  });

  it('ends earlier for a response that is old already', () => {
    expect(lifetime([['Cache-Control', 'max-age=30']], 20, 60, now)).toBe(10);
  });

  it('is not mistaken about directives that only look forbidden', () => {
    expect(responseRefusal(200, [['Cache-Control', 'x="no-store", public, privateer']])).toBeUndefined();
    expect(responseRefusal(200, [['Cache-Control', 'public, PRIVATE="set-cookie"']])).toBe(
      'Cache-Control: private',
    );
  });
});

describe('preconditions', () => {
  const check = (headers: Record<string, string>, status = 200) =>
    isNotModified(preconditionsOf({ headers } as never), status, {
      etag: 'W/"a,b"',
      lastModified: 'Thu, 01 Jan 2026 00:00:00 GMT',
    });
  it.each([
    [{}, false],
    [{ 'if-none-match': '"a,b"' }, true],
    [{ 'if-none-match': '"x", W/"a,b"' }, true],
    [{ 'if-none-match': '*' }, true],
    [{ 'if-none-match': '"a"' }, false],
    [{ 'if-none-match': '"x"', 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' }, false],
    [{ 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' }, true],
    [{ 'if-modified-since': 'Wed, 31 Dec 2025 00:00:00 GMT' }, false],
    [{ 'if-modified-since': 'yesterday' }, false],
    [{ 'if-none-match': '"a,b"', 'cache-control': 'max-age=0, no-cache' }, false],
  ])('%o: %s', (headers, expected) => {
    expect(check(headers as Record<string, string>)).toBe(expected);
  });

  it('only count for a response that is there', () => {
    expect(check({ 'if-none-match': '*' }, 404)).toBe(false);
  });
});

describe('an entry', () => {
  it('survives its encoding', () => {
    const header = fc.tuple(fc.string(), fc.oneof(fc.string(), fc.array(fc.string())));
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.array(header),
        fc.option(fc.string(), { nil: undefined }),
        (body, headers, text) => {
          const entry = {
            ...{ status: 200, statusMessage: text, headers, removedHeaders: ['a'], body: Buffer.from(body) },
            ...{
              tags: ['*', 'ä'],
              external: [],
              storedAt: 1,
              expiresAt: 2,
              token: { epoch: 'e', number: 3 },
            },
          };
          expect(decodeEntry(encodeEntry(entry), entry.token)).toEqual(entry);
        },
      ),
    );
  });
});

describe('a signature', () => {
  it('is the same in whatever order, and however often, inputs were read', () => {
    const reads = ['a', 'b', 'c'].map((name) => ({ op: 'get', on: 'req', path: ['headers', name] }) as const);
    fc.assert(
      fc.property(fc.shuffledSubarray(reads, { minLength: 3 }), (shuffled) => {
        expect(signatureOf([...shuffled, ...shuffled]).text).toBe(signatureOf(reads).text);
      }),
    );
  });
});

describe('the environment', () => {
  it('has defaults', () => {
    expect(readConfig({})).toEqual({
      enabled: true,
      ttlSeconds: 60,
      firstTierBytes: 64 * 1024 * 1024,
      redisUrl: undefined,
      redisCommandTimeoutMs: 100,
    });
  });

  it('decides', () => {
    const env = {
      CACHE_ENABLED: 'False',
      CACHE_TTL_SECONDS: '5',
      CACHE_L1_MAX_MB: '1',
      REDIS_URL: 'rediss://h:1/2',
    };
    expect(readConfig({ ...env, REDIS_COMMAND_TIMEOUT_MS: '20' })).toEqual({
      enabled: false,
      ttlSeconds: 5,
      firstTierBytes: 1024 * 1024,
      redisUrl: 'rediss://h:1/2',
      redisCommandTimeoutMs: 20,
    });
  });

  it.each([
    [{ CACHE_ENABLED: 'perhaps' }, /CACHE_ENABLED must be true or false, not "perhaps"/],
    [{ CACHE_TTL_SECONDS: '0' }, /CACHE_TTL_SECONDS must be a number above 0 and at most 86400/],
    [{ CACHE_TTL_SECONDS: 'soon' }, /CACHE_TTL_SECONDS/],
    [{ CACHE_L1_MAX_MB: '-1' }, /CACHE_L1_MAX_MB/],
    [{ REDIS_COMMAND_TIMEOUT_MS: '1e9' }, /REDIS_COMMAND_TIMEOUT_MS/],
  ])('%o is refused', (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });

  it('never shows an address of Redis, which may hold a password', () => {
    expect(() => readConfig({ REDIS_URL: 'http://:secret@host' })).toThrow(
      /^REDIS_URL must look like ((?!secret).)*$/,
    );
  });
});
