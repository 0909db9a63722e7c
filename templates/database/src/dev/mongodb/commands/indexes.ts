import { ServerError } from '../errors.js';
import type { IndexDefinition } from '../store/index.js';
import { type Document, encode } from '../values/documents.js';
import { cursorReply } from '../wire/cursor-reply.js';
import { type Command, collectionName, namespaceOf } from './command.js';

export const createIndexes: Command = (request) => {
  const { body, database } = request;
  const createdCollectionAutomatically = !database.collections.has(collectionName(request));
  const collection = database.collection(collectionName(request));
  const numIndexesBefore = collection.indexes.length;
  for (const definition of body.indexes as Document[]) collection.addIndex(toDefinition(definition));
  return {
    numIndexesBefore,
    numIndexesAfter: collection.indexes.length,
    createdCollectionAutomatically,
    ok: 1,
  };
};

function toDefinition({ ns: _ns, background: _background, ...definition }: Document): IndexDefinition {
  const key = (definition.key ?? {}) as Document;
  if (Object.keys(key).length === 0)
    throw new ServerError('CannotCreateIndex', 'Index keys cannot be an empty object');
  const name = definition.name ?? Object.entries(key).flat().join('_');
  return { v: 2, ...definition, key, name: String(name) };
}

export const listIndexes: Command = (request) => {
  const { indexes } = request.database.requireCollection(collectionName(request));
  return cursorReply('firstBatch', indexes.map(encode), 0n, namespaceOf(request));
};

export const dropIndexes: Command = (request) => {
  const collection = request.database.requireCollection(collectionName(request));
  const nIndexesWas = collection.indexes.length;
  const wanted = request.body.index;
  if (wanted === '*') collection.dropIndexes();
  else for (const name of [wanted].flat()) collection.dropIndex(nameOf(name, collection.indexes));
  return { nIndexesWas, ok: 1 };
};

/** An index is named, or described by its key. */
function nameOf(index: unknown, definitions: readonly IndexDefinition[]): string {
  if (index === '_id_') throw new ServerError('InvalidOptions', 'cannot drop _id index');
  if (typeof index === 'string') return index;
  const described = definitions.find(({ key }) => JSON.stringify(key) === JSON.stringify(index));
  if (!described)
    throw new ServerError('IndexNotFound', `can't find index with key: ${JSON.stringify(index)}`);
  return described.name;
}
