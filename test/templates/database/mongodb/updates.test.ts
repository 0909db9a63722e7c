import { type Document, Double } from 'mongodb';
import { expect, it } from 'vitest';
import { describeOperations } from './servers.js';

describeOperations('updates', ({ items, needs }) => {
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
    expect(await items().findOneAndUpdate({}, { $inc: { n: 1 } }, { returnDocument: 'after' })).toMatchObject(
      { n: 3 },
    );
    expect(await items().findOneAndDelete({ n: 3 })).toMatchObject({ n: 3 });
    expect(await items().findOneAndUpdate({ n: 3 }, { $inc: { n: 1 } })).toBeNull();
  });

  it('keeps the types of numbers that an update leaves alone', async () => {
    await items().insertOne({ _id: 1 as never, double: new Double(1), n: 1 });
    await items().updateOne({}, { $inc: { n: 1 } });
    expect((await items().findOne({}, { promoteValues: false }))?.double).toBeInstanceOf(Double);
  });
});
