import { randomUUID } from 'node:crypto';
import { Binary, Decimal128, type Document, Double, Int32, Long, MongoClient, ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startStandIn } from '../../../../templates/database/src/dev/mongodb/stand-in.js';

/** What a server can do beyond the common ground; the cases that need it are skipped elsewhere. */
const CAPABILITIES = [
  'collations',
  'errorShapes',
  'explain',
  'joinWithPipeline',
  'listFilters',
  'nestedStagePaths',
  'pipelineUpdates',
  'positionalProjection',
  'sessions',
  'unacknowledgedWrites',
  'unionWith',
  'views',
  'windows',
] as const;
type Capability = (typeof CAPABILITIES)[number];

interface Target {
  readonly name: string;
  readonly capabilities: ReadonlySet<Capability>;
  start(): Promise<{ uri: string; close(): Promise<void> }>;
}

const standIn: Target = {
  name: 'the stand-in',
  capabilities: new Set(CAPABILITIES),
  start: startStandIn,
};

/** A second opinion on the same cases: MONGO_TEST_URI names the server, MONGO_TEST_CAPABILITIES what else it can do. */
function otherServers(): Target[] {
  const { MONGO_TEST_URI: uri, MONGO_TEST_CAPABILITIES = '' } = process.env;
  if (!uri) return [];
  const capabilities = new Set(MONGO_TEST_CAPABILITIES.split(',') as Capability[]);
  return [{ name: 'MONGO_TEST_URI', capabilities, start: async () => ({ uri, close: async () => {} }) }];
}

describe.each([standIn, ...otherServers()])('operations on $name', ({ start, capabilities }) => {
  let client: MongoClient;
  let server: { close(): Promise<void> };
  const database = `operations_${randomUUID().slice(0, 8)}`;
  const db = () => client.db(database);
  const items = () => db().collection<Document>('items');
  const needs = (capability: Capability) => it.skipIf(!capabilities.has(capability));

  beforeAll(async () => {
    const started = await start();
    server = started;
    client = await MongoClient.connect(started.uri);
  });
  beforeEach(() =>
    items()
      .drop()
      .catch(() => undefined),
  );
  afterAll(async () => {
    await db().dropDatabase();
    await client.close();
    await server.close();
  });

  const matching = async (documents: Document[], filter: Document) => {
    await items().insertMany(documents.map((document, _id) => ({ _id: _id as never, ...document })));
    return (await items().find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
  };

  describe('filters', () => {
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
      [
        '$in with a pattern',
        [{ a: 'Foo' }, { a: 'bar' }, { a: 'baz' }],
        { a: { $in: [/^F/, 'baz'] } },
        [0, 2],
      ],
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
      expect(await items().countDocuments({ a: 'FOO' }, { collation: { locale: 'en', strength: 2 } })).toBe(
        1,
      );
    });
  });

  describe('types', () => {
    it('gives back every type as it was written', async () => {
      const typed = {
        _id: new ObjectId(),
        int: new Int32(1),
        double: new Double(1),
        long: Long.fromNumber(1),
        decimal: Decimal128.fromString('1.10'),
        date: new Date(7),
        binary: new Binary(Buffer.from([0, 255, 128])),
        regex: /a+/i,
        none: null,
        nested: { z: new Int32(1), a: [new Int32(1), { b: true }] },
      };
      await items().insertOne({ ...typed });
      expect(await items().findOne({}, { promoteValues: false })).toEqual(typed);
    });

    it('orders the types as MongoDB does', async () => {
      const values = [new Date(1), true, new ObjectId(), { a: 1 }, 'text', 5, null, Long.fromString('4')];
      await items().insertMany(values.map((value) => ({ value })));
      const sorted = (await items().find().sort({ value: 1 }).toArray()).map(({ value }) => value);
      expect(sorted).toEqual([null, 4, 5, 'text', { a: 1 }, values[2], true, new Date(1)]);
    });

    it('sorts by several fields, stably, with skip and limit', async () => {
      await items().insertMany(Array.from({ length: 20 }, (_, n) => ({ n, group: n % 3 })));
      const page = await items()
        .find()
        .sort({ group: -1, n: 1 })
        .skip(2)
        .limit(3)
        .project({ _id: 0, n: 1 })
        .toArray();
      expect(page).toEqual([{ n: 8 }, { n: 11 }, { n: 14 }]);
    });
  });

  describe('projections', () => {
    const document = {
      _id: 1 as never,
      a: 1,
      b: { c: 2, d: 3 },
      list: [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ],
    };
    const cases: Array<[Document, Document]> = [
      [{ a: 1 }, { _id: 1, a: 1 }],
      [{ _id: 0, 'b.c': 1 }, { b: { c: 2 } }],
      [
        { b: 0, list: 0 },
        { _id: 1, a: 1 },
      ],
      [
        { 'b.d': 0, list: 0 },
        { _id: 1, a: 1, b: { c: 2 } },
      ],
      [{ _id: 0, 'list.x': 1 }, { list: [{ x: 1 }, { x: 3 }] }],
      [{ _id: 0, a: 0, b: 0, 'list.x': 0 }, { list: [{ y: 2 }, { y: 4 }] }],
      [{ _id: 0, list: { $elemMatch: { x: 3 } } }, { list: [{ x: 3, y: 4 }] }],
      [
        { _id: 0, a: 1, list: { $slice: 1 } },
        { a: 1, list: [{ x: 1, y: 2 }] },
      ],
    ];
    it.each(cases)('%j', async (projection, expected) => {
      await items().insertOne(document);
      expect(await items().findOne({}, { projection })).toEqual(expected);
    });

    needs('positionalProjection')('shows the matched element of an array', async () => {
      await items().insertOne(document);
      const found = await items().findOne({ 'list.x': 3 }, { projection: { _id: 0, 'list.$': 1 } });
      expect(found).toEqual({ list: [{ x: 3, y: 4 }] });
    });
  });

  describe('updates', () => {
    const before = () => ({
      _id: 1 as never,
      n: 1,
      tags: ['a', 'b'],
      list: [
        { id: 1, q: 1 },
        { id: 2, q: 2 },
      ],
      sub: { x: 1 },
    });
    const cases: Array<[string, Document, Document]> = [
      ['$set nested', { $set: { 'sub.y': 2 } }, { sub: { x: 1, y: 2 } }],
      ['$unset', { $unset: { 'sub.x': '' } }, { sub: {} }],
      ['$inc and $mul', { $inc: { n: 2, fresh: 5 } }, { n: 3, fresh: 5 }],
      ['$mul', { $mul: { n: 4 } }, { n: 4 }],
      ['$min and $max', { $min: { n: 0 }, $max: { 'sub.x': 9 } }, { n: 0, sub: { x: 9 } }],
      ['$push', { $push: { tags: 'c' } }, { tags: ['a', 'b', 'c'] }],
      [
        '$push each',
        { $push: { tags: { $each: ['d', 'c'], $sort: -1, $slice: 3 } } },
        { tags: ['d', 'c', 'b'] },
      ],
      ['$push at a position', { $push: { tags: { $each: ['z'], $position: 0 } } }, { tags: ['z', 'a', 'b'] }],
      ['$addToSet', { $addToSet: { tags: { $each: ['b', 'c'] } } }, { tags: ['a', 'b', 'c'] }],
      ['$pull a value', { $pull: { tags: 'a' } }, { tags: ['b'] }],
      ['$pull by condition', { $pull: { list: { q: { $gte: 2 } } } }, { list: [{ id: 1, q: 1 }] }],
      ['$pullAll', { $pullAll: { tags: ['a', 'b'] } }, { tags: [] }],
      ['$pop', { $pop: { tags: -1 } }, { tags: ['b'] }],
      ['$rename', { $rename: { n: 'm' } }, { n: undefined, m: 1 }],
      [
        'an index in the path',
        { $set: { 'list.1.q': 7 } },
        {
          list: [
            { id: 1, q: 1 },
            { id: 2, q: 7 },
          ],
        },
      ],
      [
        'all elements',
        { $inc: { 'list.$[].q': 10 } },
        {
          list: [
            { id: 1, q: 11 },
            { id: 2, q: 12 },
          ],
        },
      ],
    ];
    it.each(cases)('%s', async (_name, update, changed) => {
      await items().insertOne(before());
      const result = await items().updateOne({ _id: 1 as never }, update);
      expect(result).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
      expect(await items().findOne({ _id: 1 as never })).toEqual({ ...before(), ...changed });
    });

    it('updates the matched element', async () => {
      await items().insertOne(before());
      await items().updateOne({ _id: 1 as never, 'list.id': 2 }, { $set: { 'list.$.q': 20 } });
      expect((await items().findOne({}))?.list).toEqual([
        { id: 1, q: 1 },
        { id: 2, q: 20 },
      ]);
    });

    it('updates the elements that an array filter names', async () => {
      await items().insertOne(before());
      await items().updateOne({}, { $set: { 'list.$[item].q': 0 } }, { arrayFilters: [{ 'item.id': 2 }] });
      expect((await items().findOne({}))?.list).toEqual([
        { id: 1, q: 1 },
        { id: 2, q: 0 },
      ]);
    });

    it('tells matched from modified', async () => {
      await items().insertMany([{ a: 1 }, { a: 2 }]);
      expect(await items().updateMany({}, { $set: { a: 2 } })).toMatchObject({
        matchedCount: 2,
        modifiedCount: 1,
      });
    });

    it('upserts from the filter and $setOnInsert', async () => {
      const result = await items().updateOne(
        { key: 'k' },
        { $set: { a: 1 }, $setOnInsert: { b: 2 } },
        { upsert: true },
      );
      expect(result).toMatchObject({ matchedCount: 0, upsertedCount: 1 });
      expect(await items().findOne({ _id: result.upsertedId as never })).toMatchObject({
        key: 'k',
        a: 1,
        b: 2,
      });
      await items().updateOne({ key: 'k' }, { $setOnInsert: { b: 3 } }, { upsert: true });
      expect(await items().findOne({ key: 'k' })).toMatchObject({ b: 2 });
    });

    it('replaces and keeps the _id', async () => {
      await items().insertOne(before());
      await items().replaceOne({ _id: 1 as never }, { only: true });
      expect(await items().findOne({})).toEqual({ _id: 1, only: true });
    });

    it('refuses to change the _id', async () => {
      await items().insertOne(before());
      await expect(items().updateOne({}, { $set: { _id: 2 as never } })).rejects.toMatchObject({ code: 66 });
    });

    it('refuses to increment a string', async () => {
      await items().insertOne({ a: 'x' });
      await expect(items().updateOne({}, { $inc: { a: 1 } as never })).rejects.toMatchObject({ code: 14 });
    });

    needs('pipelineUpdates')('updates by a pipeline', async () => {
      await items().insertOne(before());
      await items().updateOne({}, [{ $set: { total: { $add: ['$n', '$sub.x'] } } }, { $unset: 'tags' }]);
      expect(await items().findOne({})).toEqual({
        _id: 1,
        n: 1,
        list: before().list,
        sub: { x: 1 },
        total: 2,
      });
    });

    it('finds and modifies, before and after', async () => {
      await items().insertOne(before());
      expect(await items().findOneAndUpdate({}, { $inc: { n: 1 } })).toMatchObject({ n: 1 });
      expect(
        await items().findOneAndUpdate({}, { $inc: { n: 1 } }, { returnDocument: 'after' }),
      ).toMatchObject({ n: 3 });
      expect(await items().findOneAndDelete({ n: 3 })).toMatchObject({ n: 3 });
      expect(await items().findOneAndUpdate({ n: 3 }, { $inc: { n: 1 } })).toBeNull();
    });

    it('keeps the types of numbers that an update leaves alone', async () => {
      await items().insertOne({ _id: 1 as never, double: new Double(1), n: 1 });
      await items().updateOne({}, { $inc: { n: 1 } });
      expect((await items().findOne({}, { promoteValues: false }))?.double).toBeInstanceOf(Double);
    });
  });

  describe('indexes', () => {
    it('enforces a unique index on insert and on update', async () => {
      await items().createIndex({ email: 1 }, { unique: true });
      await items().insertMany([{ email: 'a' }, { email: 'b' }]);
      await expect(items().insertOne({ email: 'a' })).rejects.toMatchObject({ code: 11000 });
      await expect(items().updateOne({ email: 'b' }, { $set: { email: 'a' } })).rejects.toMatchObject({
        code: 11000,
      });
      expect(await items().countDocuments()).toBe(2);
    });

    it('enforces a compound unique index on the whole', async () => {
      await items().createIndex({ a: 1, b: 1 }, { unique: true });
      await items().insertMany([
        { a: 1, b: 1 },
        { a: 1, b: 2 },
      ]);
      await expect(items().insertOne({ a: 1, b: 2 })).rejects.toMatchObject({ code: 11000 });
    });

    it('lets a sparse unique index pass missing values', async () => {
      await items().createIndex({ a: 1 }, { unique: true, sparse: true });
      await items().insertMany([{}, {}]);
      expect(await items().countDocuments()).toBe(2);
    });

    needs('errorShapes')('applies a partial unique index to its part only', async () => {
      await items().createIndex({ a: 1 }, { unique: true, partialFilterExpression: { active: true } });
      await items().insertMany([{ a: 1, active: true }, { a: 1, active: false }, { a: 1 }]);
      await expect(items().insertOne({ a: 1, active: true })).rejects.toMatchObject({
        code: 11000,
        keyPattern: { a: 1 },
        keyValue: { a: 1 },
      });
    });

    it('lists and drops indexes', async () => {
      await items().createIndex({ at: 1 }, { expireAfterSeconds: 60 });
      expect((await items().indexes()).map(({ name }) => name)).toEqual(['_id_', 'at_1']);
      await items().dropIndex('at_1');
      expect((await items().indexes()).map(({ name }) => name)).toEqual(['_id_']);
    });

    it('finds the same documents with an index as without', async () => {
      await items().insertMany([{ a: [1, 2] }, { a: 1 }, { a: null }, {}]);
      const filters = [{ a: 1 }, { a: { $in: [2, null] } }, { a: null }, { a: [1, 2] }];
      const counts = () => Promise.all(filters.map((filter) => items().countDocuments(filter)));
      const without = await counts();
      await items().createIndex({ a: 1 });
      expect(await counts()).toEqual(without);
    });
  });

  describe('bulk writes and cursors', () => {
    it('stops at the first error when ordered, and goes on when not', async () => {
      const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }] as never[];
      await expect(items().insertMany(documents)).rejects.toMatchObject({ code: 11000 });
      expect(await items().countDocuments()).toBe(1);
      await expect(items().insertMany(documents, { ordered: false })).rejects.toMatchObject({ code: 11000 });
      expect(await items().countDocuments()).toBe(2);
    });

    it('fetches batch after batch', async () => {
      await items().insertMany(Array.from({ length: 500 }, (_, n) => ({ n })));
      const cursor = items().find().batchSize(7);
      expect(new Set((await cursor.toArray()).map(({ n }) => n)).size).toBe(500);
    });

    needs('unacknowledgedWrites')('accepts unacknowledged writes', async () => {
      await items().insertOne({ a: 1 }, { writeConcern: { w: 0 } });
      await expect.poll(() => items().countDocuments()).toBe(1);
    });
  });

  describe('aggregation', () => {
    const run = async (pipeline: Document[]) => items().aggregate(pipeline).toArray();
    beforeEach(async () => {
      await items().insertMany([
        { _id: 1 as never, kind: 'a', n: 1, tags: ['x', 'y'], parent: null },
        { _id: 2 as never, kind: 'a', n: 2, tags: [], parent: 1 },
        { _id: 3 as never, kind: 'b', n: 3, parent: 2 },
      ]);
    });
    const cases: Array<[string, Document[], Document[]]> = [
      [
        '$group',
        [{ $group: { _id: '$kind', sum: { $sum: '$n' }, all: { $push: '$n' } } }, { $sort: { _id: 1 } }],
        [
          { _id: 'a', sum: 3, all: [1, 2] },
          { _id: 'b', sum: 3, all: [3] },
        ],
      ],
      ['$unwind', [{ $unwind: '$tags' }, { $project: { _id: 0, tags: 1 } }], [{ tags: 'x' }, { tags: 'y' }]],
      [
        '$unwind preserving',
        [{ $unwind: { path: '$tags', preserveNullAndEmptyArrays: true } }, { $project: { _id: 1, tags: 1 } }],
        [{ _id: 1, tags: 'x' }, { _id: 1, tags: 'y' }, { _id: 2 }, { _id: 3 }],
      ],
      [
        '$project computed',
        [{ $match: { _id: 1 } }, { $project: { _id: 0, double: { $multiply: ['$n', 2] } } }],
        [{ double: 2 }],
      ],
      ['$count', [{ $match: { n: { $gt: 1 } } }, { $count: 'found' }], [{ found: 2 }]],
      [
        '$facet',
        [
          {
            $facet: {
              all: [{ $count: 'n' }],
              top: [{ $sort: { n: -1 } }, { $limit: 1 }, { $project: { n: 1 } }],
            },
          },
        ],
        [{ all: [{ n: 3 }], top: [{ _id: 3, n: 3 }] }],
      ],
      [
        '$sortByCount',
        [{ $sortByCount: '$kind' }],
        [
          { _id: 'a', count: 2 },
          { _id: 'b', count: 1 },
        ],
      ],
      ['$replaceRoot', [{ $match: { _id: 3 } }, { $replaceRoot: { newRoot: { was: '$n' } } }], [{ was: 3 }]],
      ['limit before match', [{ $sort: { n: 1 } }, { $limit: 2 }, { $match: { n: 3 } }], []],
      [
        'skip after limit',
        [{ $sort: { n: 1 } }, { $limit: 2 }, { $skip: 1 }, { $project: { _id: 1 } }],
        [{ _id: 2 }],
      ],
    ];
    it.each(cases)('%s', async (_name, pipeline, expected) => {
      expect(await run(pipeline)).toEqual(expected);
    });

    const nestedPathCases: Array<[string, Document[], Document[]]> = [
      [
        '$addFields',
        [{ $match: { _id: 1 } }, { $addFields: { 'sub.n': '$n' } }, { $project: { _id: 0, sub: 1 } }],
        [{ sub: { n: 1 } }],
      ],
      [
        '$lookup',
        [
          { $match: { _id: 2 } },
          { $lookup: { from: 'items', localField: 'parent', foreignField: '_id', as: 'up' } },
          { $project: { _id: 0, 'up.n': 1 } },
        ],
        [{ up: [{ n: 1 }] }],
      ],
      [
        '$lookup with let',
        [
          { $match: { _id: 2 } },
          {
            $lookup: {
              from: 'items',
              let: { p: '$parent' },
              pipeline: [{ $match: { $expr: { $eq: ['$_id', '$$p'] } } }],
              as: 'up',
            },
          },
          { $project: { _id: 0, 'up.n': 1 } },
        ],
        [{ up: [{ n: 1 }] }],
      ],
      [
        '$set on the elements of an array',
        [
          { $match: { _id: 1 } },
          { $set: { list: [{ a: 1 }, { a: 2 }] } },
          { $set: { 'list.b': 3, sub: { m: 1 } } },
          { $set: { sub: { k: 2 } } },
          { $project: { _id: 0, list: 1, sub: 1 } },
        ],
        [
          {
            list: [
              { a: 1, b: 3 },
              { a: 2, b: 3 },
            ],
            sub: { m: 1, k: 2 },
          },
        ],
      ],
    ];
    it.skipIf(!capabilities.has('nestedStagePaths')).each(nestedPathCases)(
      '%s',
      async (_name, pipeline, expected) => {
        expect(await run(pipeline)).toEqual(expected);
      },
    );

    needs('joinWithPipeline')('joins on fields and a pipeline together', async () => {
      const [row] = await run([
        { $match: { _id: 3 } },
        {
          $lookup: {
            from: 'items',
            localField: 'parent',
            foreignField: '_id',
            pipeline: [{ $project: { n: 1 } }],
            as: 'up',
          },
        },
      ]);
      expect(row?.up).toEqual([{ _id: 2, n: 2 }]);
    });

    needs('nestedStagePaths')('joins missing with missing and null, and arrays by element', async () => {
      await db()
        .collection<Document>('others')
        .insertMany([{ of: 1 }, { of: null }, {}, { of: [2, 3] }]);
      const rows = await run([
        { $lookup: { from: 'others', localField: 'parent', foreignField: 'of', as: 'found' } },
        { $project: { _id: 0, found: { $size: '$found' } } },
      ]);
      expect(rows).toEqual([{ found: 2 }, { found: 1 }, { found: 1 }]);
    });

    it('puts values into buckets, and shows no empty one', async () => {
      const boundaries = [0, 1, 3, 9];
      const rows = await run([{ $bucket: { groupBy: '$n', boundaries, output: { n: { $sum: 1 } } } }]);
      expect(rows).toEqual([
        { _id: 1, n: 2 },
        { _id: 3, n: 1 },
      ]);
    });

    needs('windows')('numbers the rows of a window', async () => {
      const output = { row: { $documentNumber: {} } };
      const rows = await run([{ $setWindowFields: { partitionBy: '$kind', sortBy: { n: -1 }, output } }]);
      expect(Object.fromEntries(rows.map(({ n, row }) => [n, row]))).toEqual({ 1: 2, 2: 1, 3: 1 });
    });

    needs('errorShapes')('runs no code of a client', async () => {
      await expect(run([{ $match: { $where: 'return true' } }])).rejects.toMatchObject({ ok: 0 });
      const script = { $function: { body: 'return 1', args: [], lang: 'js' } };
      await expect(run([{ $project: { script } }])).rejects.toMatchObject({ ok: 0 });
    });

    it('follows a graph', async () => {
      const [row] = await run([
        { $match: { _id: 3 } },
        {
          $graphLookup: {
            from: 'items',
            startWith: '$parent',
            connectFromField: 'parent',
            connectToField: '_id',
            as: 'above',
          },
        },
      ]);
      expect(row?.above.map(({ _id }: Document) => _id).sort()).toEqual([1, 2]);
    });

    needs('unionWith')('unites collections', async () => {
      expect(await run([{ $unionWith: 'items' }, { $count: 'n' }])).toEqual([{ n: 6 }]);
    });

    it('samples without repetition', async () => {
      expect(new Set((await run([{ $sample: { size: 3 } }])).map(({ _id }) => _id)).size).toBe(3);
    });

    it('writes with $out and $merge', async () => {
      await run([{ $match: { kind: 'a' } }, { $out: 'copies' }]);
      await run([{ $match: { kind: 'b' } }, { $merge: { into: 'copies' } }]);
      expect(await db().collection('copies').countDocuments()).toBe(3);
    });

    needs('nestedStagePaths')('leaves the stored documents as they are', async () => {
      const stored = await items().find().toArray();
      await run([{ $unwind: '$tags' }, { $set: { 'tags.x': 1, n: 9 } }, { $unset: 'kind' }]);
      expect(await items().find().toArray()).toEqual(stored);
    });

    needs('errorShapes')('names a stage that it does not have', async () => {
      await expect(run([{ $geoNear: {} }])).rejects.toMatchObject({ code: 40324 });
      await expect(run([{ $facet: { a: [{ $search: {} }] } }])).rejects.toThrow(/\$search/);
    });

    needs('errorShapes')('refuses sums that it cannot do exactly', async () => {
      await items().insertOne({ n: Decimal128.fromString('0.1') });
      await expect(run([{ $group: { _id: null, sum: { $sum: '$n' } } }])).rejects.toThrow(/Decimal128/);
    });
  });

  describe('administration', () => {
    needs('listFilters')('lists, renames and drops collections', async () => {
      await items().insertOne({ a: 1 });
      await items().rename('renamed', { dropTarget: true });
      expect((await db().listCollections().toArray()).map(({ name }) => name)).toContain('renamed');
      await db().dropCollection('renamed');
      expect((await db().listCollections({ name: 'renamed' }).toArray()).length).toBe(0);
    });

    it('gives distinct values in order', async () => {
      await items().insertMany([{ t: ['b', 'a'] }, { t: 'c' }, { t: 'a' }, {}]);
      expect((await items().distinct('t')).sort()).toEqual(['a', 'b', 'c']);
    });

    needs('errorShapes')('does not know every command', async () => {
      await expect(db().command({ mapReduce: 'items' })).rejects.toMatchObject({
        code: 59,
        codeName: 'CommandNotFound',
      });
    });

    needs('views')('reads a view', async () => {
      await items().insertMany([{ n: 1 }, { n: 2 }]);
      await db().createCollection('big', { viewOn: 'items', pipeline: [{ $match: { n: { $gt: 1 } } }] });
      expect(await db().collection('big').countDocuments()).toBe(1);
      expect(
        await db()
          .collection('big')
          .find({}, { projection: { _id: 0 } })
          .toArray(),
      ).toEqual([{ n: 2 }]);
    });

    needs('sessions')('accepts sessions and transactions', async () => {
      await client.withSession((session) =>
        session.withTransaction(() =>
          items()
            .insertOne({ a: 1 }, { session })
            .then(() => undefined),
        ),
      );
      expect(await items().countDocuments()).toBe(1);
    });

    needs('explain')('explains a scan', async () => {
      expect(await items().find({ a: 1 }).explain()).toMatchObject({
        queryPlanner: { winningPlan: { stage: 'COLLSCAN' } },
      });
    });
  });
});
