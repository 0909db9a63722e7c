import { describe, expect, it } from 'vitest';
import { describeOperations } from './servers.js';

describeOperations('collections', ({ client, db, items, needs }) => {
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
      await client().withSession((session) =>
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
