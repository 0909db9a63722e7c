import { Decimal128, type Document, Double, Long, ObjectId } from 'mongodb';
import { expect, it } from 'vitest';
import { describeOperations } from './servers.js';

describeOperations('filters', ({ items, needs }) => {
  const matching = async (documents: Document[], filter: Document) => {
    await items().insertMany(documents.map((document, _id) => ({ _id: _id as never, ...document })));
    return (await items().find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
  };

  const id = new ObjectId();
  const other = new ObjectId();
  const at = (ms: number) => new Date(ms);
  const cases: Array<[string, Document[], Document, number[]]> = [
    ['ObjectId equality', [{ a: id }, { a: other }], { a: new ObjectId(id.toHexString()) }, [0]],
    ['ObjectId $in', [{ a: id }, { a: other }], { a: { $in: [new ObjectId(id.toHexString())] } }, [0]],
    ['ObjectId order', [{ a: id }, { a: other }], { a: { $gt: id } }, [1]],
    ['an ObjectId is not its string', [{ a: id }], { a: id.toHexString() }, []],
    ['date equality', [{ a: at(5) }, { a: at(6) }], { a: at(5) }, [0]],
    ['date ranges', [{ a: at(5) }, { a: at(6) }, { a: 7 }], { a: { $gte: at(5), $lt: at(6) } }, [0]],
    ['ranges keep to a type', [{ a: 5 }, { a: '5' }, { a: null }, {}], { a: { $gt: 1 } }, [0]],
    ['null finds missing', [{ a: null }, {}, { a: 0 }], { a: null }, [0, 1]],
    ['$ne null', [{ a: null }, {}, { a: 0 }], { a: { $ne: null } }, [2]],
    ['$in with null', [{ a: null }, {}, { a: 0 }], { a: { $in: [null] } }, [0, 1]],
    ['$nin', [{ a: 1 }, {}, { a: 2 }], { a: { $nin: [1] } }, [1, 2]],
    ['$exists false', [{ a: null }, {}], { a: { $exists: false } }, [1]],
    ['$exists nested', [{ a: { b: 1 } }, { a: {} }, { a: 1 }], { 'a.b': { $exists: true } }, [0]],
    ['array element', [{ a: [1, 2] }, { a: [3] }, { a: 2 }], { a: 2 }, [0, 2]],
    ['whole array', [{ a: [1, 2] }, { a: [2, 1] }], { a: [1, 2] }, [0]],
    ['$ne on an array', [{ a: [1, 2] }, { a: [3] }], { a: { $ne: 2 } }, [1]],
    ['$all', [{ a: [1, 2, 3] }, { a: [1] }], { a: { $all: [1, 3] } }, [0]],
    ['$size', [{ a: [1, 2] }, { a: [1] }], { a: { $size: 2 } }, [0]],
    [
      '$elemMatch on documents',
      [{ a: [{ x: 1, y: 2 }] }, { a: [{ x: 1 }, { y: 2 }] }],
      { a: { $elemMatch: { x: 1, y: 2 } } },
      [0],
    ],
    ['$elemMatch on values', [{ a: [1, 9] }, { a: [5] }], { a: { $elemMatch: { $gt: 3, $lt: 7 } } }, [1]],
    ['a path through an array', [{ a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 3 }] }], { 'a.b': 2 }, [0]],
    ['an index in a path', [{ a: [1, 2] }, { a: [2, 1] }], { 'a.1': 2 }, [0]],
    [
      'sub-document equality in order',
      [{ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }],
      { a: { x: 1, y: 2 } },
      [0],
    ],
    ['regular expression', [{ a: 'Foo' }, { a: 'bar' }], { a: /^foo/i }, [0]],
    ['$regex with $options', [{ a: 'Foo' }, { a: 'bar' }], { a: { $regex: '^foo', $options: 'i' } }, [0]],
    ['$in with a pattern', [{ a: 'Foo' }, { a: 'bar' }, { a: 'baz' }], { a: { $in: [/^F/, 'baz'] } }, [0, 2]],
    ['$not', [{ a: 1 }, { a: 5 }, {}], { a: { $not: { $gt: 3 } } }, [0, 2]],
    [
      '$or and $and',
      [{ a: 1, b: 1 }, { a: 2, b: 1 }, { a: 3 }],
      { $or: [{ a: 1 }, { $and: [{ a: 2 }, { b: 1 }] }] },
      [0, 1],
    ],
    ['$nor', [{ a: 1 }, { b: 2 }, { c: 3 }], { $nor: [{ a: 1 }, { b: 2 }] }, [2]],
    ['$mod', [{ a: 4 }, { a: 5 }], { a: { $mod: [2, 0] } }, [0]],
    ['$type', [{ a: 'x' }, { a: 1 }, { a: id }], { a: { $type: 'objectId' } }, [2]],
    [
      '$expr',
      [
        { a: 1, b: 2 },
        { a: 2, b: 1 },
      ],
      { $expr: { $gt: ['$a', '$b'] } },
      [1],
    ],
    [
      'numbers of any type',
      [{ a: new Double(5) }, { a: Long.fromNumber(5) }, { a: Decimal128.fromString('5') }],
      { a: 5 },
      [0, 1, 2],
    ],
    [
      'Decimal128 ranges',
      [{ a: Decimal128.fromString('9.5') }, { a: Decimal128.fromString('10.5') }],
      { a: { $gt: 10 } },
      [1],
    ],
    [
      '64-bit integers',
      [{ a: Long.fromString('9007199254740993') }],
      { a: { $gt: Long.fromString('9007199254740992') } },
      [0],
    ],
    ['booleans are not numbers', [{ a: true }, { a: 1 }], { a: 1 }, [1]],
  ];
  it.each(cases)('%s', async (_name, documents, filter, expected) => {
    expect(await matching(documents, filter)).toEqual(expected);
  });

  needs('collations')('compares strings under a case-insensitive collation', async () => {
    await items().insertMany([{ a: 'Foo' }, { a: 'bar' }]);
    expect(await items().countDocuments({ a: 'FOO' }, { collation: { locale: 'en', strength: 2 } })).toBe(1);
  });
});
