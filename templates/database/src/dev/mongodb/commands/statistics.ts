import type { Collection } from '../store/collection.js';
import type { Database } from '../store/databases.js';
import type { Document } from '../values/documents.js';
import { type Command, collectionName, namespaceOf, type Request } from './command.js';

export const collStats: Command = (request) => {
  const { storageStats, ns } = collectionStatistics(request);
  return { ns, ...(storageStats as Document), ok: 1 };
};

export const dbStats: Command = ({ database }) => {
  const collections = [...database.collections.values()];
  return {
    db: database.name,
    collections: collections.length,
    views: database.views.size,
    objects: collections.reduce((sum, { size }) => sum + size, 0),
    dataSize: bytesOf(database),
    storageSize: bytesOf(database),
    indexes: collections.reduce((sum, { indexes }) => sum + indexes.length, 0),
    indexSize: 0,
    ok: 1,
  };
};

export function bytesOf(database: Database): number {
  return [...database.collections.values()].reduce((sum, collection) => sum + size(collection), 0);
}

/** What `$collStats` reports. */
export function collectionStatistics(request: Request): Document {
  const collection = request.database.collections.get(collectionName(request));
  const bytes = collection ? size(collection) : 0;
  const count = collection?.size ?? 0;
  const storageStats = {
    size: bytes,
    count,
    avgObjSize: count > 0 ? Math.round(bytes / count) : 0,
    storageSize: bytes,
    nindexes: collection?.indexes.length ?? 0,
    totalIndexSize: 0,
    indexSizes: {},
    capped: false,
  };
  return { ns: namespaceOf(request), localTime: new Date(), storageStats, count };
}

/** What `$indexStats` reports: the indexes are real, their uses are not counted. */
export function indexStatistics(request: Request): Document[] {
  const { indexes = [] } = request.database.collections.get(collectionName(request)) ?? {};
  return indexes.map((spec) => ({
    name: spec.name,
    key: spec.key,
    host: `127.0.0.1:${request.server.port}`,
    accesses: { ops: 0, since: new Date(request.server.startedAt) },
    spec,
  }));
}

function size(collection: Collection): number {
  let bytes = 0;
  for (const stored of collection.all()) bytes += stored.bytes.length;
  return bytes;
}
