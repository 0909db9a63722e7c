import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runInScope } from '../../../templates/cache/src/cache/trace.js';
import {
  type Collection,
  type Connection,
  called,
  connectMongoose,
  type Model,
  mongoUri,
  VERSIONS,
} from '../../support/mongo.js';
import { observedMongoose, type RecordingInvalidator, traced } from '../../support/mongo-observing.js';

type Write = (collection: Collection) => Promise<unknown>;

const WRITES: Record<string, Write> = {
  insertOne: (things) => things.insertOne({ n: 1 }),
  insertMany: (things) => things.insertMany([{ n: 1 }, { n: 2 }]),
  updateOne: (things) => things.updateOne({ n: 0 }, { $set: { m: 1 } }),
  updateMany: (things) => things.updateMany({}, { $set: { m: 1 } }),
  replaceOne: (things) => things.replaceOne({ n: 0 }, { n: 0 }),
  deleteOne: (things) => things.deleteOne({ n: 1 }),
  deleteMany: (things) => things.deleteMany({ n: 2 }),
  findOneAndUpdate: (things) => things.findOneAndUpdate({ n: 0 }, { $set: { m: 2 } }),
  findOneAndDelete: (things) => things.findOneAndDelete({ n: 9 }),
  bulkWrite: (things) => things.bulkWrite([{ insertOne: { document: { n: 1 } } }]),
  'a bulk operation': (things) => {
    const bulk = things.initializeOrderedBulkOp();
    bulk.insert({ n: 1 });
    return bulk.execute();
  },
  drop: (things) => things.drop(),
};

describe.each(VERSIONS)('$label', ({ label, module, callbacks, pool }) => {
  const database = `writes_${label.replace(/\W+/g, '_')}`;
  const tag = `mongodb:${database}.things`;
  let invalidator: RecordingInvalidator;
  let connection: Connection;
  let model: Model;
  let hooked: (() => unknown) | undefined;

  beforeAll(async () => {
    const observed = observedMongoose(module);
    invalidator = observed.invalidator;
    connection = await connectMongoose(observed.mongoose, await mongoUri(database), pool);
    const options = { collection: 'things', autoIndex: false, autoCreate: false };
    const schema = new observed.mongoose.Schema({ n: Number, m: Number }, options);
    schema.post('save', () => hooked?.());
    model = connection.model('Thing', schema);
  });

  beforeEach(async () => {
    invalidator.delay = 0;
    hooked = undefined;
    await connection.db.collection('things').deleteMany({});
    await connection.db.collection('things').insertOne({ _id: 'taken', n: 0 });
    invalidator.clear();
    invalidator.delay = 15;
  });

  it.each(Object.entries(WRITES))('%s is invalidated before its caller goes on', async (_name, write) => {
    const trace = await traced(() => write(connection.db.collection('things')));
    expect(new Set(invalidator.finished)).toEqual(new Set([...invalidator.started, tag]));
    expect(trace.uncacheable).toBe(`the chain wrote to ${database}.things`);
  });

  it('waits where a document is saved, whoever saves it', async () => {
    const thing = new model({ n: 5 });
    await thing.save();
    expect(invalidator.finished).toEqual([tag]);
    thing.n = 6;
    await thing.save();
    expect(invalidator.finished).toEqual([tag, tag]);
  });

  it('waits for what an aggregation writes', async () => {
    await connection.db
      .collection('things')
      .aggregate([{ $match: {} }, { $out: 'copies' }])
      .toArray();
    expect(invalidator.finished).toEqual([`mongodb:${database}.copies`]);
  });

  it('invalidates what fails in the middle, and passes its error on', async () => {
    const documents = [{ _id: 'new' }, { _id: 'taken' }];
    const failing = traced(() => connection.db.collection('things').insertMany(documents));
    await expect(failing).rejects.toMatchObject({ code: 11_000 });
    expect(invalidator.finished).toContain(tag);
  });

  it('sees a write whose caller does not wait, after the response too', async () => {
    const collection = connection.db.collection('late');
    hooked = () => void collection.updateOne({ n: 1 }, { $set: { m: 1 } });
    await runInScope({ trace: undefined }, () => new model({ n: 7 }).save());
    await expect.poll(() => invalidator.finished).toContain(`mongodb:${database}.late`);
  });

  it('sees a write that is not acknowledged', async () => {
    await connection.db.collection('things').insertOne({ n: 1 }, { w: 0, writeConcern: { w: 0 } });
    expect(invalidator.finished).toContain(tag);
  });

  it('sees a raw command, and does not store what its chain answers', async () => {
    const command = { insert: 'raw', documents: [{ n: 1 }] };
    const trace = await traced(() => connection.db.command(command));
    expect(invalidator.finished).toEqual([`mongodb:${database}.raw`]);
    expect(trace.uncacheable).toBe(`the chain ran command on ${database}`);
  });

  it.runIf(callbacks)('calls back after the invalidation', async () => {
    const collection = connection.db.collection('things');
    await called((done) => collection.insertOne({ n: 1 }, done));
    expect(invalidator.finished).toEqual([tag]);
    const failing = called((done) => collection.insertMany([{ _id: 'taken' }], done));
    await expect(failing).rejects.toMatchObject({ code: 11_000 });
    expect(invalidator.finished).toEqual([tag, tag]);
  });
});
