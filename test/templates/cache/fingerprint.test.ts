import fc from 'fast-check';
import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../templates/cache/src/cache/fingerprint.js';
import { Encoder, UnfingerprintableError } from '../../../templates/cache/src/cache/fingerprint-encode.js';

const encoded = (value: unknown) => {
  const encoder = new Encoder(true);
  return { text: encoder.encode(value), local: encoder.local, firstSeen: encoder.firstSeen };
};

describe('the text of a value', () => {
  it('is equal for copies', () => {
    fc.assert(
      fc.property(
        fc.anything({ withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
        (value) => {
          expect(fingerprint(structuredCloneKeepingPrototypes(value))).toBe(fingerprint(value));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is different for values that JSON tells apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        fc.pre(JSON.stringify(left) !== JSON.stringify(right));
        expect(encoded(left).text).not.toBe(encoded(right).text);
      }),
      { numRuns: 500 },
    );
  });

  const ID = '64b000000000000000000001';
  const different: [string, unknown, unknown][] = [
    ['zero and minus zero', 0, -0],
    ['numbers and their text', 1, '1'],
    ['big integers and numbers', 1n, 1],
    ['null and undefined', null, undefined],
    ['missing and undefined entries', {}, { a: undefined }],
    ['the order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['arrays and objects', ['a'], { 0: 'a' }],
    ['nested boundaries', [['a'], 'b'], [['a', 'b']]],
    ['keys and values', { a: 'b' }, { ab: '' }],
    ['objects without prototype', {}, Object.create(null)],
    ['dates and their number', new Date(5), 5],
    ['buffers and byte arrays', Buffer.from('a'), new Uint8Array([97])],
    ['expressions by their flags', /a/g, /a/i],
    ['ids and their text', new mongoose.Types.ObjectId(ID), ID],
    [
      'binaries by their subtype',
      new mongoose.mongo.Binary(Buffer.from('a'), 0),
      new mongoose.mongo.Binary(Buffer.from('a'), 4),
    ],
    ['decimals', mongoose.Types.Decimal128.fromString('1.0'), mongoose.Types.Decimal128.fromString('1.00')],
    [
      'maps by their order',
      new Map([
        [1, 2],
        [3, 4],
      ]),
      new Map([
        [3, 4],
        [1, 2],
      ]),
    ],
    ['urls', new URL('http://a/?b'), new URL('http://a/?c')],
    ['a value that imitates an id', { _bsontype: 'ObjectId', toHexString: () => 'x' }, 'Ox'],
  ];
  it.each(different)('tells apart: %s', (_name, left, right) => {
    expect(encoded(left).text).not.toBe(encoded(right).text);
  });

  it('ends where a value contains itself', () => {
    const loop: Record<string, unknown> = { a: 1 };
    loop.self = { back: loop };
    expect(encoded(loop).text).toContain('^0;');
  });

  it('refuses what is too large or too deep', () => {
    const deep = Array.from({ length: 60 }).reduce<unknown>((inner) => [inner], 'x');
    const large = Array.from({ length: 20_000 }, (_, index) => index);
    for (const value of [deep, large, 'x'.repeat(1_000_000), [Symbol('s')]]) {
      expect(() => fingerprint(value)).toThrow(UnfingerprintableError);
    }
  });
});

describe('identity', () => {
  class Plain {
    readonly a = 1;
  }
  class Hidden {
    readonly #a = 1;

    read() {
      return this.#a;
    }
  }

  it('stands for functions and hidden state, and is new only once', () => {
    for (const opaque of [() => 1, new Hidden(), Promise.resolve(), new WeakMap(), process.stdout]) {
      const first = encoded(opaque);
      expect(first.local).toBe(true);
      expect(encoded(opaque)).toEqual({ ...first, firstSeen: undefined });
    }
    expect(encoded(() => 1).firstSeen).toBeDefined();
  });

  it('makes instances of classes local to the process, by their class', () => {
    expect(encoded(new Plain())).toEqual(encoded(new Plain()));
    expect(encoded(new Plain())).toMatchObject({ local: true, firstSeen: undefined });
    expect(encoded(new Plain()).text).not.toBe(encoded({ a: 1 }).text);
  });

  it('is not needed for plain objects, dates, ids, documents and bytes', () => {
    const User = mongoose.model(
      'FingerprintUser',
      new mongoose.Schema({ name: String, tags: [String], at: Date }),
    );
    const user = User.hydrate({ _id: '64b000000000000000000001', name: 'ann', tags: ['a'], at: new Date(1) });
    const shared = [
      { a: [1, { b: null }] },
      new Date(),
      user._id,
      user,
      [user],
      Buffer.from('a'),
      new Map([[1, user]]),
    ];
    expect(shared.map((value) => encoded(value).local)).toEqual(shared.map(() => false));
  });

  it('is not handed out by comparing', () => {
    const unseen = () => 1;
    expect(() => new Encoder(false).encode(unseen)).toThrow(UnfingerprintableError);
    expect(encoded(unseen).firstSeen).toBeDefined();
  });
});

describe('the length', () => {
  it('is bounded, and objects are never shown', () => {
    expect(fingerprint('short')).toBe('s5:short');
    expect(fingerprint({ pin: '1234' })).toMatch(/^#[\w+/]{43}=$/);
    expect(fingerprint('x'.repeat(5000))).toHaveLength(45);
  });
});

/** `structuredClone` would drop prototypes; functions are kept by identity. */
function structuredCloneKeepingPrototypes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return new Date(value);
  if (value instanceof Map) {
    return new Map(
      [...value].map(([key, item]) => [
        structuredCloneKeepingPrototypes(key),
        structuredCloneKeepingPrototypes(item),
      ]),
    );
  }
  if (value instanceof Set) return new Set([...value].map(structuredCloneKeepingPrototypes));
  if (Array.isArray(value)) return value.map(structuredCloneKeepingPrototypes);
  const copy = Object.create(Object.getPrototypeOf(value));
  for (const [key, item] of Object.entries(value)) {
    const content = structuredCloneKeepingPrototypes(item);
    Object.defineProperty(copy, key, {
      value: content,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return copy;
}
