import { Aggregator } from 'mingo/aggregator';
import { ServerError } from '../errors.js';
import { mingoOptions } from '../query/engine.js';
import type { Collection } from '../store/collection.js';
import type { Database } from '../store/databases.js';
import type { Stored } from '../store/stored.js';
import { cloneValue, type Document, encode } from '../values/documents.js';
import { valueAt } from '../values/paths.js';
import type { Request } from './command.js';
import { select } from './reading.js';
import { withId } from './write.js';

/** `$out`: the documents take the place of what the collection held. */
export function writeOut(request: Request, documents: readonly Document[], specification: unknown): void {
  const collection = targetOf(request, specification, 'coll');
  const encoded = documents.map((document) => withId(encode(document)));
  collection.clear();
  for (const bytes of encoded) collection.insert(bytes);
}

function targetOf(request: Request, into: unknown, field: string): Collection {
  if (typeof into === 'string') return request.database.collection(into);
  const { db = request.database.name, [field]: name } = into as Document;
  const database: Database = request.server.databases.database(String(db));
  return database.collection(String(name));
}

/** `$merge`: each document is inserted, or merged into the one that agrees with it on the `on` fields. */
export function writeMerge(request: Request, documents: readonly Document[], specification: unknown): void {
  const merge = typeof specification === 'string' ? { into: specification } : (specification as Document);
  const collection = targetOf(request, merge.into, 'coll');
  const on = [merge.on ?? '_id'].flat() as string[];
  for (const document of documents.map(cloneValue)) {
    const filter = Object.fromEntries(on.map((path) => [path, { $eq: valueAt(document, path) }]));
    const [existing] =
      document._id === undefined && on.includes('_id') ? [] : select(collection, { filter, limit: 1 });
    if (existing) mergeInto(collection, existing, document, merge);
    else addUnmatched(collection, document, merge);
  }
}

function mergeInto(collection: Collection, existing: Stored, document: Document, merge: Document): void {
  const { whenMatched = 'merge' } = merge;
  if (whenMatched === 'keepExisting') return;
  if (whenMatched === 'fail')
    throw new ServerError('DuplicateKey', '$merge failed due to a DuplicateKey error');
  const { _id } = existing.document;
  if (Array.isArray(whenMatched))
    collection.update(existing, throughPipeline(existing.document, document, whenMatched));
  else if (whenMatched === 'replace') collection.update(existing, { ...document, _id });
  else collection.update(existing, { ...existing.document, ...document, _id });
}

function throughPipeline(existing: Document, incoming: Document, pipeline: Document[]): Document {
  const options = mingoOptions({ variables: { new: incoming } });
  return new Aggregator(pipeline, options).run([cloneValue(existing)])[0] as Document;
}

function addUnmatched(
  collection: Collection,
  document: Document,
  { whenNotMatched = 'insert' }: Document,
): void {
  if (whenNotMatched === 'discard') return;
  if (whenNotMatched === 'fail')
    throw new ServerError('MergeStageNoMatchingDocument', '$merge could not find a matching document');
  collection.insert(withId(encode(document)));
}
