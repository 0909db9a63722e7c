import { Context } from 'mingo/core';
import * as accumulator from 'mingo/operators/accumulator';
import * as expression from 'mingo/operators/expression';
import * as pipeline from 'mingo/operators/pipeline';
import * as projection from 'mingo/operators/projection';
import * as query from 'mingo/operators/query';
import * as window from 'mingo/operators/window';
import { Query } from 'mingo/query';
import type { CollationSpec, Options } from 'mingo/types';
import { type Document, isDocument } from '../values/documents.js';
import * as accumulators from './accumulators.js';
import * as expressions from './expressions.js';
import type { CollectionReader } from './lookup.js';
import * as predicates from './predicates.js';
import * as stages from './stages.js';

/** `$out` and `$merge` write: they belong to the aggregate command. */
const { $out: _out, $merge: _merge, ...readingStages } = pipeline;

/** mingo's operators, with ours in the place of those that must know BSON's values. */
const CONTEXT = Context.init({
  accumulator: { ...accumulator, ...accumulators } as never,
  expression: { ...expression, ...expressions } as never,
  pipeline: { ...readingStages, ...stages } as never,
  projection,
  query: { ...query, ...predicates } as never,
  window,
});

export interface Evaluation {
  readonly collation?: CollationSpec | undefined;
  readonly variables?: Document | undefined;
  readonly collectionResolver?: CollectionReader | undefined;
}

/**
 * What mingo's operators need to know. Scripts are allowed because its window operators are scripts of its own; code
 * that a client sends (`$where`, `$function`) arrives as BSON, never as a function, and is not run.
 */
export function mingoOptions({ collation, variables, collectionResolver }: Evaluation = {}): Options {
  return {
    idKey: '_id',
    processingMode: 0,
    useStrictMode: true,
    scriptEnabled: true,
    failOnError: true,
    context: CONTEXT,
    ...(collation && collation.locale !== 'simple' && { collation }),
    ...(variables && { variables }),
    ...(collectionResolver && { collectionResolver }),
  };
}

export type Matcher = (document: Document) => boolean;

/** A predicate for a filter; undefined for the empty filter, which every document matches. */
export function compileFilter(filter: Document, options: Options): Matcher | undefined {
  const { $comment, ...conditions } = filter;
  if (Object.keys(conditions).length === 0) return undefined;
  const compiled = new Query(withoutComments(conditions), options);
  return (document) => compiled.test(document);
}

function withoutComments(value: Document): Document {
  const cleaned: Document = {};
  for (const [name, part] of Object.entries(value)) {
    if (name === '$comment') continue;
    cleaned[name] = /^\$(and|or|nor)$/.test(name) && Array.isArray(part) ? part.map(cleanBranch) : part;
  }
  return cleaned;
}

function cleanBranch(branch: unknown): unknown {
  return isDocument(branch) ? withoutComments(branch) : branch;
}
