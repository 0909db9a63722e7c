import { mingoOptions } from '../query/engine.js';
import { compileProjection } from '../query/projection.js';
import type { SortSpecification } from '../query/sort.js';
import { type Document, encode } from '../values/documents.js';
import { keyOf } from '../values/key.js';
import { compareValues } from '../values/order.js';
import { valuesAt } from '../values/paths.js';
import { cursorReply } from '../wire/cursor-reply.js';
import {
  type Command,
  collationOf,
  collectionName,
  documentField,
  namespaceOf,
  type Request,
} from './command.js';
import { runPipeline } from './pipeline.js';
import { type Selection, select } from './reading.js';

const DEFAULT_FIRST_BATCH = 101;

export const find: Command = (request) => {
  const { body, server } = request;
  const limit = Number(body.limit ?? 0);
  const singleBatch = Boolean(body.singleBatch) || limit < 0;
  const results = findResults(request, selectionOf(body, 'filter', Math.abs(limit)));
  const batch = server.cursors.open(
    namespaceOf(request),
    results,
    batchSize(body, DEFAULT_FIRST_BATCH),
    singleBatch,
  );
  return cursorReply('firstBatch', batch.documents, batch.cursorId, namespaceOf(request));
};

/** Encodes a result when its batch is sent, not before. */
function* findResults(request: Request, selection: Selection): Generator<Uint8Array> {
  const projection = documentField(request.body, 'projection');
  const whole = Object.keys(projection).length === 0;
  const options = mingoOptions({ collation: selection.collation, variables: selection.variables });
  const project = whole ? undefined : compileProjection(projection, options, selection.filter);
  if (request.database.views.has(collectionName(request))) {
    for (const document of viewed(request, selection)) yield encode(project ? project(document) : document);
    return;
  }
  for (const { document, bytes } of select(
    request.database.collections.get(collectionName(request)),
    selection,
  ))
    yield project ? encode(project(document)) : bytes;
}

function viewed(request: Request, { filter, sort = {}, skip, limit, collation }: Selection): Document[] {
  const pipeline: Document[] = [{ $match: filter }];
  if (Object.keys(sort).length > 0) pipeline.push({ $sort: sort });
  if (skip) pipeline.push({ $skip: skip });
  if (limit) pipeline.push({ $limit: limit });
  return runPipeline(request.database, collectionName(request), { pipeline, collation });
}

export function selectionOf(body: Document, filterField: string, limit: number): Selection {
  return {
    filter: documentField(body, filterField),
    sort: documentField(body, 'sort') as SortSpecification,
    skip: Number(body.skip ?? 0),
    limit,
    collation: collationOf(body),
    variables: body.let as Document | undefined,
  };
}

export function batchSize(body: Document, otherwise: number): number {
  const wanted = Number(body.batchSize ?? otherwise);
  return wanted < 0 ? -wanted : wanted;
}

export const getMore: Command = ({ body, database, server }) => {
  const ns = `${database.name}.${String(body.collection)}`;
  const batch = server.cursors.next(
    BigInt(String(body.getMore)),
    batchSize(body, 0) || Number.POSITIVE_INFINITY,
  );
  return cursorReply('nextBatch', batch.documents, batch.cursorId, ns);
};

export const killCursors: Command = ({ body, server }) => {
  const ids = (body.cursors as unknown[]).map((id) => BigInt(String(id)));
  const killed = ids.filter((id) => server.cursors.kill(id));
  const unknown = ids.filter((id) => !killed.includes(id));
  return { cursorsKilled: killed, cursorsNotFound: unknown, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
};

export const count: Command = (request) => {
  const selection = selectionOf(request.body, 'query', Math.abs(Number(request.body.limit ?? 0)));
  return { n: selectedDocuments(request, selection).length, ok: 1 };
};

export const distinct: Command = (request) => {
  const values = new Map<string, unknown>();
  for (const document of selectedDocuments(request, selectionOf(request.body, 'query', 0)))
    for (const value of valuesAt(document, String(request.body.key)).flat())
      if (value !== undefined && !values.has(keyOf(value))) values.set(keyOf(value), value);
  return { values: [...values.values()].sort((a, b) => compareValues(a, b)), ok: 1 };
};

function selectedDocuments(request: Request, selection: Selection): Document[] {
  const name = collectionName(request);
  if (request.database.views.has(name)) return viewed(request, selection);
  return select(request.database.collections.get(name), selection).map(({ document }) => document);
}
