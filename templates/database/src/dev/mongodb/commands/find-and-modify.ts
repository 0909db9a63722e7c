import { ObjectId } from 'bson';
import { ServerError } from '../errors.js';
import { mingoOptions } from '../query/engine.js';
import { compileProjection } from '../query/projection.js';
import { modified, upserted } from '../query/update.js';
import type { Collection } from '../store/collection.js';
import type { Stored } from '../store/stored.js';
import { type Document, encode } from '../values/documents.js';
import { type Command, collationOf, collectionName, documentField } from './command.js';
import { selectionOf } from './find.js';
import { select } from './reading.js';

export const findAndModify: Command = (request) => {
  const { body, database } = request;
  if (!body.remove && !body.update)
    throw new ServerError('FailedToParse', 'Either an update or remove=true must be specified');
  const collection = database.collection(collectionName(request));
  const [found] = select(collection, selectionOf(body, 'query', 1));
  if (body.remove) return removed(collection, found, body);
  return found ? updated(collection, found, body) : inserted(collection, body);
};

function removed(collection: Collection, found: Stored | undefined, body: Document): Document {
  if (found) collection.remove(found);
  return { lastErrorObject: { n: found ? 1 : 0 }, value: shown(found?.document, body), ok: 1 };
}

function updated(collection: Collection, found: Stored, body: Document): Document {
  const next = collection.update(found, modified(found.document, modificationOf(body)));
  const value = shown(body.new ? next.document : found.document, body);
  return { lastErrorObject: { n: 1, updatedExisting: true }, value, ok: 1 };
}

function inserted(collection: Collection, body: Document): Document {
  if (!body.upsert) return { lastErrorObject: { n: 0, updatedExisting: false }, value: null, ok: 1 };
  const { document } = collection.insert(encode(upserted(modificationOf(body), () => new ObjectId())));
  const lastErrorObject = { n: 1, updatedExisting: false, upserted: document._id };
  return { lastErrorObject, value: body.new ? shown(document, body) : null, ok: 1 };
}

function modificationOf(body: Document) {
  return {
    update: body.update as Document | Document[],
    filter: documentField(body, 'query'),
    arrayFilters: body.arrayFilters as Document[] | undefined,
    options: mingoOptions({ collation: collationOf(body), variables: body.let as Document | undefined }),
  };
}

function shown(document: Document | undefined, body: Document): Document | null {
  const fields = documentField(body, 'fields');
  if (!document || Object.keys(fields).length === 0) return document ?? null;
  return compileProjection(fields, mingoOptions(), documentField(body, 'query'))(document);
}
