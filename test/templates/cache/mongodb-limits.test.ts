import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createTrace,
  openTrace,
  type RequestScope,
  runInScope,
  type Trace,
} from '../../../templates/cache/src/cache/trace.js';
import { startStandIn } from '../../../templates/database/src/dev/mongodb/stand-in.js';
import {
  type Client,
  type Collection,
  type Connection,
  connectMongoose,
  loadMongoose,
  type Mongoose,
  mongoUri,
  VERSIONS,
} from '../../support/mongo.js';
import { observedMongoose, type RecordingInvalidator, traced } from '../../support/mongo-observing.js';

describe.each(VERSIONS.filter(({ label }) => label !== 'mongoose 5.7'))(
  '$label',
  ({ label, module, pool }) => {
    const database = `limits_${label.replace(/\W+/g, '_')}`;
    let uri: string;
    let invalidator: RecordingInvalidator;
    let mongoose: Mongoose;
    let early: Connection;
    let connection: Connection;
    let things: Collection;

    beforeAll(async () => {
      uri = await mongoUri(database);
      early = await connectMongoose(loadMongoose(module), uri, pool);
      ({ mongoose, invalidator } = observedMongoose(module));
      connection = await connectMongoose(mongoose, uri, pool);
      things = connection.db.collection('things');
      await things.insertMany([{ n: 1 }, { n: 2 }]);
    });

    beforeEach(() => {
      invalidator.delay = 0;
      invalidator.clear();
    });

    it('stores nothing that came over a connection which is older than the observer', async () => {
      const { uncacheable } = await traced(() => early.db.collection('things').findOne({}));
      expect(uncacheable).toContain('is not observed');
    });

    it('invalidates what is written over a connection which is older than the observer', async () => {
      invalidator.delay = 10;
      await early.db.collection('things').insertOne({ n: 3 });
      expect(invalidator.finished).toEqual([`mongodb:${database}.things`]);
    });

    it('refuses every trace in flight for a read of nobody', async () => {
      const other = await inFlight(() => things.findOne({}));
      expect(other.uncacheable).toContain('nobody knows which request');
    });

    it('does not count what is read before the cache', async () => {
      const other = await inFlight(() => inScope({ trace: undefined }, () => things.find({}).toArray()));
      expect(other.uncacheable).toBeUndefined();
      expect(other.tags.size).toBe(0);
    });

    it('counts a cursor that was made before the cache where it is read', async () => {
      const cursor = await inScope({ trace: undefined }, async () => ({ made: things.find({}) }));
      const trace = await traced(() => cursor.made.toArray());
      expect([...trace.tags]).toEqual([`mongodb:${database}.things`]);
    });

    it('refuses every trace in flight for a raw command, also where a cursor was never read', async () => {
      const other = await inFlight(() =>
        inScope({ trace: undefined }, () => {
          things.find({});
          return connection.db.command({ find: 'things' });
        }),
      );
      expect(other.uncacheable).toContain('nobody announced the command find');
    });

    it('attributes what mongoose buffered to its request, or to nobody', async () => {
      const opening = mongoose.createConnection(uri, pool);
      const model = opening.model('Buffered', new mongoose.Schema({ n: Number }, { collection: 'things' }));
      const trace = await traced(() => model.findOne({}).then(String));
      const attributed = trace.tags.has(`mongodb:${database}.things`);
      expect(attributed).toBe(trace.uncacheable === undefined);
      await opening.close();
    });

    it('attributes what mongoose buffered to nobody when it was connected by a request', async () => {
      let opening: Connection | undefined;
      const other = await inFlight(() =>
        inScope({ trace: undefined }, async () => {
          opening = mongoose.createConnection(uri, pool);
          const schema = new mongoose.Schema({ n: Number }, { collection: 'things' });
          await opening.model('Buffered', schema).findOne({}).then(String);
        }),
      );
      expect(other.uncacheable).toContain('nobody knows which request');
      await opening?.close();
    });

    it('refuses reads that may be behind, or ahead of what others see', async () => {
      const secondary = await traced(() =>
        things.find({}, { readPreference: 'secondaryPreferred' }).toArray(),
      );
      expect(secondary.uncacheable).toContain('secondaryPreferred');
      const session = clientOf(connection).startSession();
      session.startTransaction();
      const own = await traced(() => things.find({}, { session }).toArray());
      expect(own.uncacheable).toContain('in a transaction');
      await session.abortTransaction();
      await session.endSession();
    });

    it('invalidates a transaction before the caller of its commit goes on, and nothing when it aborts', async () => {
      invalidator.delay = 10;
      const session = clientOf(connection).startSession();
      session.startTransaction();
      await things.insertOne({ n: 4 }, { session });
      expect(invalidator.started).toEqual([]);
      await session.commitTransaction();
      expect(invalidator.finished).toEqual([`mongodb:${database}.things`]);
      session.startTransaction();
      await connection.db.collection('others').insertOne({ n: 4 }, { session });
      await session.abortTransaction();
      await session.endSession();
      expect(invalidator.started).toEqual([`mongodb:${database}.things`]);
    });

    it('invalidates what was sent when the connection is lost', async () => {
      const server = await startStandIn();
      const options = {
        ...pool,
        retryWrites: false,
        serverSelectionTimeoutMS: 50,
        heartbeatFrequencyMS: 500,
      };
      const lost = await connectMongoose(mongoose, `${server.uri}lost`, options);
      clientOf(lost).on('commandStarted', ({ commandName }) => {
        if (commandName === 'insert') void server.close();
      });
      await expect(lost.db.collection('things').insertOne({ n: 1 })).rejects.toThrow();
      expect(invalidator.finished).toContain('mongodb:lost.things');
    });
  },
);

function clientOf(connection: Connection): Client {
  return connection.getClient?.() ?? connection.client;
}

function inScope<T>(scope: RequestScope, run: () => Promise<T>): Promise<T> {
  return runInScope(scope, async () => run());
}

/** The trace of another request that is in flight while `run` runs. */
async function inFlight(run: () => Promise<unknown>): Promise<Trace> {
  const trace = createTrace();
  const opened = openTrace(trace);
  await run();
  opened.close();
  return trace;
}
