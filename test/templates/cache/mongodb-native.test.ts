import { once } from 'node:events';
import * as mongodb from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { observeMongoDB } from '../../../templates/cache/src/cache/observe-mongodb.js';
import { mongoUri } from '../../support/mongo.js';
import { RecordingInvalidator, traced } from '../../support/mongo-observing.js';

const DATABASE = 'native';
const THINGS = `mongodb:${DATABASE}.things`;

describe('the driver without mongoose', () => {
  const invalidator = new RecordingInvalidator();
  let client: mongodb.MongoClient;
  let db: mongodb.Db;
  let things: mongodb.Collection;

  beforeAll(async () => {
    observeMongoDB(mongodb, invalidator);
    client = new mongodb.MongoClient(await mongoUri(DATABASE));
    db = client.db();
    things = db.collection('things');
    await things.insertMany([{ n: 1 }, { n: 2 }]);
  });

  afterAll(() => client.close());

  beforeEach(() => invalidator.clear());

  it('is observed when its first operation connects it', async () => {
    const { tags, uncacheable } = await traced(() => things.find({}).toArray());
    expect([...tags]).toEqual([THINGS]);
    expect(uncacheable).toBeUndefined();
  });

  it('gives what it gave before', async () => {
    expect(things.find({})).toBeInstanceOf(mongodb.FindCursor);
    expect(things.insertOne.name).toBe('insertOne');
    expect(await things.distinct('n')).toEqual([1, 2]);
    await expect(things.updateOne({}, {})).rejects.toThrow(mongodb.MongoInvalidArgumentError);
  });

  it('is observed by iteration, and not stored by streams', async () => {
    const iterated = await traced(async () => {
      for await (const { n } of things.find({})) await db.collection('others').findOne({ n });
    });
    expect([...iterated.tags]).toEqual([THINGS, `mongodb:${DATABASE}.others`]);
    expect(iterated.uncacheable).toBeUndefined();
    const streamed = await traced(() => things.find({}).stream().toArray());
    expect(streamed.uncacheable).toBe('a cursor was read as a stream');
  });

  it('tells the collections of stages that are added later', async () => {
    const join = { from: 'others', localField: 'n', foreignField: 'n', as: 'joined' };
    const { tags } = await traced(() => things.aggregate([]).lookup(join).toArray());
    expect([...tags].sort()).toEqual([`mongodb:${DATABASE}.others`, THINGS]);
  });

  it('tells the collections that a view shows', async () => {
    await db.createCollection('first', { viewOn: 'things', pipeline: [{ $match: { n: 1 } }] });
    const { tags, uncacheable } = await traced(() => db.collection('first').find({}).toArray());
    expect([...tags].sort()).toEqual([`mongodb:${DATABASE}.first`, THINGS]);
    expect(uncacheable).toBeUndefined();
  });

  it('invalidates what a transaction wrote when it has committed', async () => {
    let during: string[] = [];
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await things.insertOne({ n: 3 }, { session });
        during = [...invalidator.started];
      }),
    );
    expect(during).toEqual([]);
    expect(invalidator.finished).toEqual([THINGS]);
  });

  it('invalidates what it writes to several collections, also where the server knows no such command', async () => {
    const names = ['one', 'two'].map((name) => `${DATABASE}.${name}`);
    const models = names.map((namespace) => ({ namespace, name: 'insertOne' as const, document: { n: 1 } }));
    await Promise.allSettled([client.bulkWrite(models)]);
    expect(invalidator.finished).toEqual(names.map((name) => `mongodb:${name}`));
  });

  it('invalidates what GridFS writes', async () => {
    const upload = new mongodb.GridFSBucket(db).openUploadStream('file');
    upload.end('text');
    await once(upload, 'finish');
    expect(invalidator.finished).toContain(`mongodb:${DATABASE}.fs.files`);
  });

  it('stores nothing of a change stream or a copied cursor', async () => {
    expect((await traced(() => things.watch().close())).uncacheable).toBe('a change stream was opened');
    expect((await traced(() => things.find({}).clone().toArray())).uncacheable).toContain('nobody announced');
  });
});
