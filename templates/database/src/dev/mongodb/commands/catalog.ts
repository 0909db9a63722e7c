import { ServerError } from '../errors.js';
import { compileFilter, mingoOptions } from '../query/engine.js';
import type { Database } from '../store/databases.js';
import { type Document, encode } from '../values/documents.js';
import { cursorReply } from '../wire/cursor-reply.js';
import { type Command, collectionName, documentField } from './command.js';
import { bytesOf } from './statistics.js';

const NOT_OPTIONS = new Set([
  'create',
  'writeConcern',
  'lsid',
  '$db',
  '$clusterTime',
  'txnNumber',
  'autocommit',
]);

export const create: Command = (request) => {
  const { body, database } = request;
  const name = collectionName(request);
  const options = Object.fromEntries(Object.entries(body).filter(([field]) => !NOT_OPTIONS.has(field)));
  if (typeof body.viewOn === 'string')
    createView(database, name, body.viewOn, (body.pipeline ?? []) as Document[]);
  else if (!existsAlike(database, name, options)) database.createCollection(name, options);
  return { ok: 1 };
};

/** Creating what exists with the same options is no error. */
function existsAlike(database: Database, name: string, options: Document): boolean {
  const existing = database.collections.get(name);
  return existing !== undefined && JSON.stringify(existing.options) === JSON.stringify(options);
}

function createView(database: Database, name: string, viewOn: string, pipeline: Document[]): void {
  if (database.collections.has(name) || database.views.has(name))
    throw new ServerError('NamespaceExists', `Collection ${database.name}.${name} already exists.`);
  database.views.set(name, { viewOn, pipeline });
}

export const drop: Command = (request) => {
  const { database } = request;
  const name = collectionName(request);
  const ns = `${database.name}.${name}`;
  if (database.views.delete(name)) return { ns, ok: 1 };
  const nIndexesWas = database.requireCollection(name).indexes.length;
  database.collections.delete(name);
  return { ns, nIndexesWas, ok: 1 };
};

export const dropDatabase: Command = ({ database, server }) => {
  server.databases.drop(database.name);
  return { dropped: database.name, ok: 1 };
};

export const renameCollection: Command = ({ body, server }) => {
  const [from, to] = [namespace(body.renameCollection), namespace(body.to)];
  const source = server.databases.database(from.database);
  const target = server.databases.database(to.database);
  const collection = source.requireCollection(from.collection);
  if (target.collections.has(to.collection) && !body.dropTarget)
    throw new ServerError('NamespaceExists', 'target namespace exists');
  source.collections.delete(from.collection);
  collection.namespace = String(body.to);
  target.collections.set(to.collection, collection);
  return { ok: 1 };
};

function namespace(value: unknown): { database: string; collection: string } {
  const name = String(value);
  const dot = name.indexOf('.');
  return { database: name.slice(0, dot), collection: name.slice(dot + 1) };
}

export const listCollections: Command = ({ body, database }) => {
  const matches = compileFilter(documentField(body, 'filter'), mingoOptions());
  const entries = [...collections(database), ...views(database)].filter(
    (entry) => !matches || matches(entry),
  );
  const shown = body.nameOnly ? entries.map(({ name, type }) => ({ name, type })) : entries;
  return cursorReply('firstBatch', shown.map(encode), 0n, `${database.name}.$cmd.listCollections`);
};

function collections({ collections }: Database): Document[] {
  return [...collections].map(([name, { options, indexes }]) => ({
    name,
    type: 'collection',
    options,
    info: { readOnly: false },
    idIndex: indexes[0],
  }));
}

function views({ views }: Database): Document[] {
  return [...views].map(([name, options]) => ({ name, type: 'view', options, info: { readOnly: true } }));
}

export const listDatabases: Command = ({ body, server }) => {
  const matches = compileFilter(documentField(body, 'filter'), mingoOptions());
  const all = server.databases
    .list()
    .map((database) => ({ name: database.name, sizeOnDisk: bytesOf(database), empty: false }));
  const databases = matches ? all.filter(matches) : all;
  if (body.nameOnly) return { databases: databases.map(({ name }) => ({ name })), ok: 1 };
  return { databases, totalSize: databases.reduce((sum, { sizeOnDisk }) => sum + sizeOnDisk, 0), ok: 1 };
};

/** Options of an existing collection, such as a validator, are recorded but not enforced. */
export const collMod: Command = (request) => {
  request.database.requireCollection(collectionName(request));
  return { ok: 1 };
};
