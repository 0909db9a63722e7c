import { createRequire } from 'node:module';
import { afterAll } from 'vitest';
import type { MongoDriver } from '../../templates/cache/src/cache/mongodb-driver.js';
import { type StandIn, startStandIn } from '../../templates/database/src/dev/mongodb/stand-in.js';

export type Callback = (error: unknown, result?: unknown) => void;

/** What the tests call on every version of mongoose; callbacks end with version 6. */
export interface Mongoose {
  readonly mongo: MongoDriver;
  readonly Types: { readonly ObjectId: new () => object };
  readonly Schema: new (fields: object, options?: object) => Schema;
  createConnection(uri: string, options: object): Connection & { asPromise?(): Promise<Connection> };
}

export interface Schema {
  post(event: string, hook: () => unknown): void;
}

export interface Connection {
  readonly db: Database;
  model(name: string, schema: Schema): Model;
  /** Since 5.8. */
  getClient?(): Client;
  readonly client: Client;
  close(): Promise<void>;
}

export interface Client {
  startSession(): Session;
  on(event: string, listener: (event: { readonly commandName: string }) => void): unknown;
}

export interface Session {
  startTransaction(): void;
  commitTransaction(): Promise<unknown>;
  abortTransaction(): Promise<unknown>;
  endSession(): unknown;
}

export interface Database {
  collection(name: string): Collection;
  command(command: object): Promise<unknown>;
  dropDatabase(): Promise<unknown>;
}

export interface Query extends PromiseLike<unknown> {
  populate(path: string): Query;
  cursor(): { next(): Promise<unknown>; close(): Promise<unknown> };
}

export interface Model {
  readonly collection: Collection;
  new (fields: object): { n: number; save(callback?: Callback): Promise<unknown> };
  find(filter: object, callback?: Callback): Query;
  findOne(filter: object, callback?: Callback): Query;
  countDocuments(filter: object, callback?: Callback): Query;
  aggregate(pipeline: object[]): PromiseLike<unknown>;
  create(document: object): Promise<unknown>;
}

export interface Cursor {
  batchSize(size: number): Cursor;
  next(): Promise<unknown>;
  toArray(callback?: Callback): Promise<unknown[]>;
  forEach(visit: (document: unknown) => void): Promise<void>;
}

export interface Collection {
  readonly namespace: string;
  find(filter: object, options?: object): Cursor;
  aggregate(pipeline: object[]): Cursor;
  findOne(filter: object, callback?: Callback): Promise<unknown>;
  countDocuments(filter: object, callback?: Callback): Promise<number>;
  distinct(key: string): Promise<unknown[]>;
  insertOne(document: object, ...rest: unknown[]): Promise<unknown>;
  insertMany(documents: object[], ...rest: unknown[]): Promise<unknown>;
  updateOne(filter: object, update: object, ...rest: unknown[]): Promise<unknown>;
  updateMany(filter: object, update: object): Promise<unknown>;
  replaceOne(filter: object, document: object): Promise<unknown>;
  deleteOne(filter: object, ...rest: unknown[]): Promise<unknown>;
  deleteMany(filter: object): Promise<unknown>;
  findOneAndUpdate(filter: object, update: object): Promise<unknown>;
  findOneAndDelete(filter: object): Promise<unknown>;
  bulkWrite(operations: object[]): Promise<unknown>;
  initializeOrderedBulkOp(): { insert(document: object): void; execute(): Promise<unknown> };
  indexes(callback?: Callback): Promise<unknown>;
  drop(): Promise<unknown>;
}

export interface Version {
  /** The name in the test report. */
  readonly label: string;
  /** The package that is installed under this name. */
  readonly module: string;
  readonly callbacks: boolean;
  /** What limits the pool to two connections. */
  readonly pool: object;
}

const POOL_OF_TWO = { maxPoolSize: 2 };
const OLD_POOL_OF_TWO = { poolSize: 2, useNewUrlParser: true };

export const VERSIONS: readonly Version[] = [
  { label: 'mongoose 5.7', module: 'mongoose57', callbacks: true, pool: OLD_POOL_OF_TWO },
  {
    label: 'mongoose 5.7, unified topology',
    module: 'mongoose57',
    callbacks: true,
    pool: { ...OLD_POOL_OF_TWO, useUnifiedTopology: true },
  },
  {
    label: 'mongoose 5.13',
    module: 'mongoose5',
    callbacks: true,
    pool: { ...OLD_POOL_OF_TWO, useUnifiedTopology: true },
  },
  { label: 'mongoose 6', module: 'mongoose6', callbacks: true, pool: POOL_OF_TWO },
  { label: 'mongoose 7', module: 'mongoose7', callbacks: false, pool: POOL_OF_TWO },
  { label: 'mongoose 8', module: 'mongoose8', callbacks: false, pool: POOL_OF_TWO },
  { label: 'mongoose 9', module: 'mongoose', callbacks: false, pool: POOL_OF_TWO },
];

export function loadMongoose(module: string): Mongoose {
  return createRequire(import.meta.url)(module) as Mongoose;
}

const open = new Set<{ close(): Promise<void> }>();

afterAll(async () => {
  await Promise.all([...open].map((each) => each.close()));
});

/** The URI of `database` on the server that MONGO_TEST_URI names, or on a stand-in that ends with the importing file. */
export async function mongoUri(database: string): Promise<string> {
  const uri = process.env.MONGO_TEST_URI ?? (await standIn()).uri;
  return `${uri.replace(/\/$/, '')}/${database}`;
}

async function standIn(): Promise<StandIn> {
  const server = await startStandIn();
  open.add(server);
  return server;
}

/** Opens a connection of two sockets, which is closed after the tests of the importing file. */
export async function connectMongoose(mongoose: Mongoose, uri: string, options: object): Promise<Connection> {
  const opening = mongoose.createConnection(uri, options);
  const connection = await (opening.asPromise?.() ?? (opening as unknown as Promise<Connection>));
  open.add(connection);
  return connection;
}

/** Calls `start` with a callback and resolves with its result. */
export function called(start: (callback: Callback) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error as Error) : resolve(result)));
  });
}
