import { ServerError } from '../errors.js';
import { type Document, encode } from '../values/documents.js';
import { cursorReply } from '../wire/cursor-reply.js';
import { type Command, collationOf, type Request } from './command.js';
import { batchSize } from './find.js';
import { writeMerge, writeOut } from './output.js';
import { runPipeline } from './pipeline.js';
import { collectionStatistics, indexStatistics } from './statistics.js';

const DEFAULT_FIRST_BATCH = 101;

export const aggregate: Command = (request) => {
  const { body, server, database } = request;
  if (body.explain)
    throw new ServerError('CommandNotSupported', 'the development stand-in explains no pipelines');
  const results = aggregated(request, body.pipeline as Document[]);
  const ns = `${database.name}.${typeof body.aggregate === 'string' ? body.aggregate : '$cmd.aggregate'}`;
  const size = batchSize((body.cursor ?? {}) as Document, DEFAULT_FIRST_BATCH);
  const batch = server.cursors.open(ns, results.map(encode), size);
  return cursorReply('firstBatch', batch.documents, batch.cursorId, ns);
};

function aggregated(request: Request, pipeline: Document[]): Document[] {
  if (!Array.isArray(pipeline))
    throw new ServerError('TypeMismatch', "'pipeline' option must be specified as an array");
  const last = pipeline.at(-1) ?? {};
  if ('$out' in last) return written(writeOut, request, pipeline, last.$out);
  if ('$merge' in last) return written(writeMerge, request, pipeline, last.$merge);
  return evaluated(request, pipeline);
}

type Output = (request: Request, documents: readonly Document[], specification: unknown) => void;

function written(output: Output, request: Request, pipeline: Document[], specification: unknown): Document[] {
  output(request, evaluated(request, pipeline.slice(0, -1)), specification);
  return [];
}

/** Statistics come first in a pipeline or not at all; the stages after them work on their documents. */
function evaluated(request: Request, pipeline: readonly Document[]): Document[] {
  const { database, body } = request;
  const name = typeof body.aggregate === 'string' ? body.aggregate : undefined;
  const variables = body.let as Document | undefined;
  const [first = {}, ...rest] = pipeline;
  const statistics = statisticsOf(request, first);
  if (statistics)
    return runPipeline(database, undefined, { pipeline: [{ $documents: statistics }, ...rest], variables });
  return runPipeline(database, name, { pipeline, collation: collationOf(body), variables });
}

function statisticsOf(request: Request, stage: Document): Document[] | undefined {
  if ('$indexStats' in stage) return indexStatistics(request);
  return '$collStats' in stage ? [collectionStatistics(request)] : undefined;
}
