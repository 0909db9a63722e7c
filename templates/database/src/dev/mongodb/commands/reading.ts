import type { CollationSpec } from 'mingo/types';
import { compileFilter, type Matcher, mingoOptions } from '../query/engine.js';
import { type SortSpecification, sortBy } from '../query/sort.js';
import type { Collection } from '../store/collection.js';
import type { Stored } from '../store/stored.js';
import { stringOrder } from '../values/collation.js';
import type { Document } from '../values/documents.js';

export interface Selection {
  readonly filter: Document;
  readonly sort?: SortSpecification | undefined;
  readonly skip?: number | undefined;
  /** No limit when 0 or absent. */
  readonly limit?: number | undefined;
  readonly collation?: CollationSpec | undefined;
  readonly variables?: Document | undefined;
}

/** The stored documents that a selection describes, in its order. A collection that does not exist holds none. */
export function select(collection: Collection | undefined, selection: Selection): Stored[] {
  const { filter, sort = {}, skip = 0, limit = 0, collation, variables } = selection;
  const matches = compileFilter(filter, mingoOptions({ collation, variables }));
  if (!collection) return [];
  const end = limit > 0 ? skip + limit : Number.POSITIVE_INFINITY;
  const candidates = collation ? undefined : collection.candidates(filter);
  if (isUnsorted(sort)) return take(candidates ?? collection.all(), matches, end).slice(skip);
  if (!candidates && !collation) return take(collection.inOrder(sort), matches, end).slice(skip);
  const found = take(candidates ?? collection.all(), matches, Number.POSITIVE_INFINITY);
  return sortBy(found, ({ document }) => document, sort, stringOrder(collation)).slice(skip, end);
}

function isUnsorted(sort: SortSpecification): boolean {
  return Object.keys(sort).every((path) => path === '$natural');
}

function take(documents: Iterable<Stored>, matches: Matcher | undefined, count: number): Stored[] {
  const taken: Stored[] = [];
  for (const stored of documents) {
    if (matches && !matches(stored.document)) continue;
    taken.push(stored);
    if (taken.length >= count) break;
  }
  return taken;
}
