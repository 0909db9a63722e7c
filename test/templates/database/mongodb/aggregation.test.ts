import { Decimal128, type Document } from 'mongodb';
import { beforeEach, expect, it } from 'vitest';
import { describeOperations } from './servers.js';

describeOperations('aggregation', ({ db, items, needs }) => {
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
  needs('nestedStagePaths').each(nestedPathCases)('%s', async (_name, pipeline, expected) => {
    expect(await run(pipeline)).toEqual(expected);
  });

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
