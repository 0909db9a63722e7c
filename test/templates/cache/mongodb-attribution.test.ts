import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Collection,
  type Connection,
  called,
  connectMongoose,
  type Model,
  type Mongoose,
  mongoUri,
  VERSIONS,
} from '../../support/mongo.js';
import { observedMongoose, traced } from '../../support/mongo-observing.js';

const COLLECTIONS = 10;
const REQUESTS = 200;
const DATABASE = 'attribution';

/** What a request does, starting from collection `i`, and which collections after `i` it reads. */
interface Operation {
  readonly reads: readonly number[];
  run(models: Models, i: number): unknown;
}

type Models = (i: number) => Model;

const OPERATIONS: Record<string, Operation> = {
  find: {
    reads: [0, 1],
    run: async (model, i) => {
      await model(i).find({});
      await model(i + 1).find({ n: i });
    },
  },
  findOne: {
    reads: [0, 1],
    run: async (model, i) => {
      await model(i).findOne({ n: 1 });
      await model(i + 1).findOne({});
    },
  },
  aggregate: {
    reads: [0, 1, 3],
    run: async (model, i) => {
      const from = `c${(i + 3) % COLLECTIONS}`;
      await model(i).aggregate([{ $lookup: { from, localField: 'ref', foreignField: '_id', as: 'joined' } }]);
      await model(i + 1).aggregate([{ $match: { n: 1 } }]);
    },
  },
  countDocuments: {
    reads: [0, 1],
    run: async (model, i) => {
      await model(i).countDocuments({});
      await model(i + 1).countDocuments({ n: 1 });
    },
  },
  populate: {
    reads: [0, 1, 4],
    run: async (model, i) => {
      await model(i).findOne({ n: 0 }).populate('ref');
      await model(i + 4).findOne({});
    },
  },
  'a cursor of mongoose': {
    reads: [0, 1],
    run: async (model, i) => {
      const cursor = model(i).find({}).cursor();
      while (await cursor.next()) await model(i + 1).findOne({});
    },
  },
  'native calls': {
    reads: [0, 1, 2],
    run: async (model, i) => {
      await native(model(i)).findOne({});
      await native(model(i + 1)).distinct('n');
      await native(model(i + 2)).countDocuments({});
    },
  },
  'a native cursor': {
    reads: [0, 1],
    run: async (model, i) => {
      const cursor = native(model(i)).find({}).batchSize(1);
      while (await cursor.next())
        await native(model(i + 1))
          .find({})
          .toArray();
    },
  },
  'forEach of a native cursor': {
    reads: [0, 1],
    run: async (model, i) => {
      const inner: PromiseLike<unknown>[] = [];
      const cursor = native(model(i)).find({}).batchSize(2);
      await cursor.forEach(
        () =>
          void inner.push(
            model(i + 1)
              .findOne({})
              .then(String),
          ),
      );
      await Promise.all(inner);
    },
  },
};

const CALLBACK_OPERATIONS: Record<string, Operation> = {
  'queries in callbacks': {
    reads: [0, 1, 2],
    run: async (model, i) => {
      await called((done) =>
        model(i).find({}, () => model(i + 1).findOne({}, () => model(i + 2).countDocuments({}, done))),
      );
    },
  },
  'native queries in callbacks': {
    reads: [0, 1, 2],
    run: async (model, i) => {
      await called((done) =>
        native(model(i)).findOne({}, () =>
          native(model(i + 1))
            .find({})
            .toArray(() => native(model(i + 2)).countDocuments({}, done)),
        ),
      );
    },
  },
  'a query after a call that reads no documents': {
    reads: [1],
    run: (model, i) =>
      called((done) => native(model(i)).indexes(() => native(model(i + 1)).findOne({}, done))),
  },
};

describe.each(VERSIONS)('$label', ({ label, module, callbacks, pool }) => {
  const database = `${DATABASE}_${label.replace(/\W+/g, '_')}`;
  let model: Models;

  beforeAll(async () => {
    const { mongoose } = observedMongoose(module);
    const connection = await connectMongoose(mongoose, await mongoUri(database), pool);
    model = await seed(mongoose, connection);
  });

  it('attributes every read to its request under contention', async () => {
    const operations = Object.entries({ ...OPERATIONS, ...(callbacks ? CALLBACK_OPERATIONS : {}) });
    const requests = Array.from({ length: REQUESTS }, async (_, i) => {
      const [name, operation] = operations[i % operations.length] as [string, Operation];
      const { tags, uncacheable } = await traced(() => operation.run(model, i));
      const expected = operation.reads.map((offset) => `mongodb:${database}.c${(i + offset) % COLLECTIONS}`);
      return { seen: { name, tags: [...tags].sort(), uncacheable }, expected, name };
    });
    for (const { seen, expected, name } of await Promise.all(requests)) {
      expect(seen).toEqual({ name, tags: expected.sort(), uncacheable: undefined });
    }
  });
});

function native(model: Model): Collection {
  return model.collection;
}

/** Documents 0, 1 and 2 in each collection; the first refers to one in the next collection. */
async function seed(mongoose: Mongoose, connection: Connection): Promise<Models> {
  await connection.db.dropDatabase();
  const ids = Array.from({ length: COLLECTIONS }, () => new mongoose.Types.ObjectId());
  const models = ids.map((_, i) => {
    const ref = { type: mongoose.Types.ObjectId, ref: `m${(i + 1) % COLLECTIONS}` };
    const options = { collection: `c${i}`, autoIndex: false, autoCreate: false };
    return connection.model(`m${i}`, new mongoose.Schema({ n: Number, ref }, options));
  });
  await Promise.all(
    models.map(async (model, i) => {
      await model.create({ _id: ids[i], n: 0, ref: ids[(i + 1) % COLLECTIONS] });
      await native(model).insertMany([{ n: 1 }, { n: 2 }]);
    }),
  );
  return (i) => models[i % COLLECTIONS] as Model;
}
