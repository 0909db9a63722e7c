import { Binary, Decimal128, type Document, Double, Int32, Long, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { describeOperations } from './servers.js';

describeOperations('types and projections', ({ items, needs }) => {
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
});
