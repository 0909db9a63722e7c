import { createRequire } from 'node:module';
import type * as Mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../../../templates/database/src/dev/mongodb/stand-in.js';

const require = createRequire(import.meta.url);
const legacy = (useUnifiedTopology: boolean) => ({
  useNewUrlParser: true,
  useUnifiedTopology,
  useFindAndModify: false,
  useCreateIndex: true,
});

const drivers = [
  { name: 'mongoose57', topology: 'legacy', options: legacy(false) },
  { name: 'mongoose57', topology: 'unified', options: legacy(true) },
  { name: 'mongoose5', topology: 'legacy', options: legacy(false) },
  { name: 'mongoose5', topology: 'unified', options: legacy(true) },
  { name: 'mongoose6', topology: 'unified', options: {} },
  { name: 'mongoose7', topology: 'unified', options: {} },
  { name: 'mongoose8', topology: 'unified', options: {} },
  { name: 'mongoose', topology: 'unified', options: {} },
];

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn.close());

describe.each(drivers)('$name, $topology topology', ({ name, topology, options }) => {
  const mongoose: typeof Mongoose = new (require(name).Mongoose)();
  const authorSchema = new mongoose.Schema({ name: { type: String, unique: true } });
  const bookSchema = new mongoose.Schema({
    title: String,
    pages: Number,
    author: { type: mongoose.Schema.Types.ObjectId, ref: 'Author' },
    tags: [String],
  });
  const Author = mongoose.model('Author', authorSchema);
  const Book = mongoose.model('Book', bookSchema);
  let authorId: unknown;

  beforeAll(async () => {
    await mongoose.connect(`${standIn.uri}${name}_${topology}`, options as Mongoose.ConnectOptions);
    await Author.init();
    authorId = (await Author.create({ name: 'Le Guin' }))._id;
    const books = Array.from({ length: 120 }, (_, pages) => ({
      title: `book ${pages}`,
      pages,
      author: authorId,
    }));
    await Book.insertMany(books as never);
  });
  afterAll(() => mongoose.disconnect());

  it('populates a reference', async () => {
    const book = await Book.findOne({ pages: 7 }).populate('author');
    expect(book?.author).toMatchObject({ name: 'Le Guin' });
  });

  it('reports a duplicate key as MongoDB does', async () => {
    const duplicate = Author.create({ name: 'Le Guin' });
    await expect(duplicate).rejects.toMatchObject({ code: 11000, keyValue: { name: 'Le Guin' } });
  });

  it('reads a cursor over several batches', async () => {
    const pages: unknown[] = [];
    for await (const book of Book.find().sort({ pages: -1 }).cursor({ batchSize: 25 }))
      pages.push(book.pages);
    expect(pages).toEqual(Array.from({ length: 120 }, (_, index) => 119 - index));
  });

  it('aggregates and joins on ObjectIds', async () => {
    const rows = await Book.aggregate([
      { $match: { author: authorId } },
      { $group: { _id: '$author', books: { $sum: 1 }, longest: { $max: '$pages' } } },
      { $lookup: { from: 'authors', localField: '_id', foreignField: '_id', as: 'author' } },
    ] as never);
    expect(rows).toMatchObject([{ books: 120, longest: 119, author: [{ name: 'Le Guin' }] }]);
  });

  it('updates, deletes and counts', async () => {
    const updated = await Book.findOneAndUpdate(
      { pages: 3 },
      { $inc: { pages: 1000 }, $push: { tags: 'long' } } as never,
      { new: true } as never,
    );
    expect((updated as unknown as { toObject(): object }).toObject()).toMatchObject({
      pages: 1003,
      tags: ['long'],
    });
    await Book.bulkWrite([
      { insertOne: { document: { title: 'bulk', pages: -1 } } },
      { updateOne: { filter: { title: 'bulk' }, update: { $set: { pages: -2 } } } },
      { deleteOne: { filter: { pages: 0 } } },
    ] as never);
    expect(await Book.countDocuments({})).toBe(120);
    expect(await Book.findOne({ title: 'bulk' })).toMatchObject({ pages: -2 });
  });

  it('accepts a session with a transaction', async () => {
    const session = await mongoose.startSession();
    await session.withTransaction(async () => {
      await Book.create([{ title: 'in a transaction', pages: 1 }] as never, { session } as never);
    });
    await session.endSession();
    expect(await Book.countDocuments({ title: 'in a transaction' })).toBe(1);
  });
});
