import { Aggregator } from 'mingo/aggregator';
import { evalExpr } from 'mingo/core';
import { type Iterator, Lazy } from 'mingo/lazy';
import type { Any, Options } from 'mingo/types';
import { ServerError } from '../errors.js';
import { cloneValue, type Document } from '../values/documents.js';
import { keyOf } from '../values/key.js';
import { setAt, valuesAt } from '../values/paths.js';

interface Lookup {
  readonly from: string;
  readonly as: string;
  readonly localField?: string;
  readonly foreignField?: string;
  readonly let?: Document;
  readonly pipeline?: Document[];
}

/** Reads a collection of the same database, or what a filter selects from it. */
export type CollectionReader = (name: string, filter?: Document) => Document[];

/** A join on fields, on a pipeline, or on both: then the pipeline sees only what the fields matched. */
export function $lookup(input: Iterator, specification: Any, options: Options): Iterator {
  const lookup = specification as Lookup;
  if (typeof lookup.from !== 'string')
    throw new ServerError('FailedToParse', '$lookup needs a collection name in `from`');
  const read = options.collectionResolver as CollectionReader;
  const finish = lookup.pipeline ? joinOnPipeline(lookup, lookup.pipeline, options) : cloneMatches;
  return input.transform((documents) => {
    const candidates = joinOnFields(documents as Document[], lookup, read);
    return Lazy(documents).map((document: Document) => {
      const joined = cloneValue(document);
      setAt(joined, lookup.as, finish(document, candidates(document)));
      return joined;
    });
  });
}

function cloneMatches(_document: Document, matches: readonly Document[]): Document[] {
  return matches.map(cloneValue);
}

function joinOnPipeline(lookup: Lookup, pipeline: Document[], options: Options) {
  return (document: Document, matches: readonly Document[]): unknown[] => {
    const variables = lookup.let ? (evalExpr(document, lookup.let, options) as Document) : {};
    return new Aggregator(pipeline, withVariables(options, variables)).run(matches.map(cloneValue));
  };
}

/** The options inside a sub-pipeline. (Options are an object of getters here: a spread would lose them.) */
function withVariables(options: Options, variables: Document): Partial<Options> {
  const { collation, collectionResolver, context } = options;
  return {
    context,
    variables: { ...options.variables, ...variables },
    ...(collation && { collation }),
    ...(collectionResolver && { collectionResolver }),
  };
}

/** Finds the matches of each document; reads only what one of them can match. */
function joinOnFields(documents: readonly Document[], lookup: Lookup, read: CollectionReader) {
  const { from, localField, foreignField } = lookup;
  if (!localField || !foreignField) {
    const foreign = read(from);
    return () => foreign;
  }
  const wanted = new Map(documents.flatMap((document) => flatValues(document, localField).map(keyed)));
  const index = indexBy(read(from, { [foreignField]: { $in: [...wanted.values()] } }), foreignField);
  return (document: Document): Document[] => {
    const keys = new Set(flatValues(document, localField).map(keyOf));
    return [...new Set([...keys].flatMap((key) => index.get(key) ?? []))];
  };
}

function keyed(value: unknown): [string, unknown] {
  return [keyOf(value), value ?? null];
}

function indexBy(documents: readonly Document[], field: string): Map<string, Document[]> {
  const index = new Map<string, Document[]>();
  for (const document of documents) {
    for (const key of new Set(flatValues(document, field).map(keyOf))) {
      const entries = index.get(key);
      if (entries) entries.push(document);
      else index.set(key, [document]);
    }
  }
  return index;
}

function flatValues(document: Document, field: string): unknown[] {
  return valuesAt(document, field).flat();
}
